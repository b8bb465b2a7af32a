module backend-at-the-edge

go 1.22
