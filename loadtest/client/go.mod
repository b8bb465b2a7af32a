module loadclient

go 1.22
