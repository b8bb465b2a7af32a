// How does net/http read a request? Says so in one line of JSON on stdout, and answers the same to the client.
// usage: backend-at-the-edge PORT
package main

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"log"
	"net/http"
	"os"
	"sort"
	"strconv"
	"strings"
	"sync"
)

type seen struct {
	Method   string      `json:"method"`
	Target   string      `json:"target"`
	Headers  [][2]string `json:"headers"`
	Size     int64       `json:"size"`
	Digest   string      `json:"digest"`
	Trailers [][2]string `json:"trailers"`
}

var marked = [][2]string{
	{"Server", "go"}, {"X-Powered-By", "Go"}, {"Keep-Alive", "timeout=9"}, {"Proxy-Authenticate", "Basic"},
	{"Alt-Svc", `h3=":443"`}, {"Via", "1.1 inner"}, {"X-Auth-Subject", "inner"}, {"X-Kept", "yes"},
	{"Set-Cookie", "api_token=tossed; Path=/"}, {"Set-Cookie", "theme=dark; Path=/"},
	{"Access-Control-Allow-Origin", "*"}, {"Access-Control-Allow-Credentials", "true"},
}

var writing sync.Mutex

// pairs gives what a map has kept of the headers: their order is gone, that of one name's values is not.
func pairs(header http.Header) [][2]string {
	found := [][2]string{}
	for name, values := range header {
		for _, value := range values {
			found = append(found, [2]string{name, value})
		}
	}
	sort.SliceStable(found, func(a, b int) bool { return found[a][0] < found[b][0] })
	return found
}

// keystream writes AES-CTR of zeros under a key of zeros: no two places of it are alike.
func keystream(to io.Writer, size int) {
	block, _ := aes.NewCipher(make([]byte, 16))
	stream := cipher.NewCTR(block, make([]byte, 16))
	zeros, made := make([]byte, 65536), make([]byte, 65536)
	for size > 0 {
		part := min(size, len(zeros))
		stream.XORKeyStream(made[:part], zeros[:part])
		if _, err := to.Write(made[:part]); err != nil {
			return
		}
		size -= part
	}
}

func serve(response http.ResponseWriter, request *http.Request) {
	hash := sha256.New()
	size, err := io.Copy(hash, request.Body)
	if err != nil {
		return // its client has gone: no whole request was seen
	}
	headers := append([][2]string{{"Host", request.Host}}, pairs(request.Header)...)
	line, _ := json.Marshal(seen{
		request.Method, request.RequestURI, headers, size, hex.EncodeToString(hash.Sum(nil)), pairs(request.Trailer),
	})
	line = append(line, '\n')
	writing.Lock()
	os.Stdout.Write(line)
	writing.Unlock()
	parts := append(strings.Split(strings.Split(request.RequestURI, "?")[0], "/"), "", "", "", "")
	switch parts[2] {
	case "bytes":
		size, _ := strconv.Atoi(strings.TrimSuffix(parts[3], "s"))
		if strings.HasSuffix(parts[3], "s") {
			response.Header().Set("Content-Length", strconv.Itoa(size))
		}
		keystream(response, size)
		return
	case "marked":
		for _, pair := range marked {
			response.Header().Add(pair[0], pair[1])
		}
	}
	response.Header().Set("Content-Type", "application/json")
	response.Write(line)
}

func main() {
	log.Fatal((&http.Server{Addr: "127.0.0.1:" + os.Args[1], Handler: http.HandlerFunc(serve)}).ListenAndServe())
}
