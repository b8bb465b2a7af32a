"""Everything with an event loop: the HTTP/1.1 core, the listener, the engine, and our own pages."""
