"""Who is measured? One file each: how it is set up to do its best, and what it does not do."""
