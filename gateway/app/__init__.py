"""The composition root: the only room that knows every other one.

    parts       what is made from a configuration, and the real clocks
    sources     where the issuers' keys come from
    keys_store  where our signing keys are
    custody     our signing keys, and the pages that publish them
    denied      the deny list
    setting     what a gateway has from its start to its end
    gateway     what every gateway has, and its life: start, reload, drain
    deciding    the part that decides: the engine and its listener
    front       which process does that
    single      this one
    many        several workers, which this one supervises
    worker      one of them
    serve       `gateway serve`

It reads the clock, the random source and the disk for everybody else.
"""
