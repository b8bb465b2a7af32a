package main

import (
	"syscall"
	"unsafe"
)

// What is asked of the kernel? Plain system calls: Go's own network poller sleeps, and this client must not.
// RawSyscall does not tell the scheduler either, which has nothing else to run.

const edges = syscall.EPOLLIN | syscall.EPOLLOUT | syscall.EPOLLRDHUP | 1<<31 // 1<<31: EPOLLET

// open starts to connect, without waiting.
func open(poll int, port int, id int32) (int, error) {
	socket, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_NONBLOCK|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return -1, err
	}
	_ = syscall.SetsockoptInt(socket, syscall.IPPROTO_TCP, syscall.TCP_NODELAY, 1)
	address := &syscall.SockaddrInet4{Port: port, Addr: [4]byte{127, 0, 0, 1}}
	if err := syscall.Connect(socket, address); err != nil && err != syscall.EINPROGRESS {
		_ = syscall.Close(socket)
		return -1, err
	}
	event := syscall.EpollEvent{Events: edges, Fd: id}
	return socket, syscall.EpollCtl(poll, syscall.EPOLL_CTL_ADD, socket, &event)
}

// wait gives how many events there are. It returns at once where spin is set, else within a millisecond.
func wait(poll int, events []syscall.EpollEvent, spin bool) int {
	timeout := uintptr(1)
	if spin {
		timeout = 0
	}
	count, _, failure := syscall.RawSyscall6(syscall.SYS_EPOLL_WAIT, uintptr(poll),
		uintptr(unsafe.Pointer(&events[0])), uintptr(len(events)), timeout, 0, 0)
	if failure != 0 {
		return 0
	}
	return int(count)
}

// read gives how many bytes came. failure is EAGAIN where there are none yet; 0 bytes without a failure: closed.
func read(socket int, buffer []byte) (int, syscall.Errno) {
	count, _, failure := syscall.RawSyscall(syscall.SYS_READ, uintptr(socket),
		uintptr(unsafe.Pointer(&buffer[0])), uintptr(len(buffer)))
	if failure != 0 {
		return 0, failure
	}
	return int(count), 0
}

// write gives how many bytes went.
func write(socket int, bytes []byte) (int, syscall.Errno) {
	count, _, failure := syscall.RawSyscall6(syscall.SYS_SENDTO, uintptr(socket),
		uintptr(unsafe.Pointer(&bytes[0])), uintptr(len(bytes)), syscall.MSG_NOSIGNAL, 0, 0)
	if failure != 0 {
		return 0, failure
	}
	return int(count), 0
}
