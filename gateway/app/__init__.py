"""The composition root: the only room that knows every other one.

    parts       what is made from a configuration, and the real clocks
    custody     our signing keys, and the pages that publish them
    gateway     what every gateway has, with its life: start, reload, drain
    deciding    the part that decides
    single      all of it in one process
    serve       `gateway serve`

It reads the clock, the random source and the disk for everybody else.
"""
