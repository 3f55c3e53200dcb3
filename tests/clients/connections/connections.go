// Go's client, which keeps its connections; `run` says what this reads and writes.
package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"time"
)

const right = "/v3/connections/jobs?offset=0&limit=10"

var client = &http.Client{Transport: &http.Transport{}, Timeout: 30 * time.Second}

func ask(method, url string, body []byte, origin string) (int, error) {
	request, err := http.NewRequest(method, url, bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	// A body that cannot be sent a second time: the client may not hide a lost request.
	request.GetBody = nil
	request.Header.Set("X-Auth-Token", "t")
	request.Header.Set("Content-Type", "application/json")
	if origin != "-" {
		request.Header.Set("Origin", origin)
	}
	answer, err := client.Do(request)
	if err != nil {
		return 0, err
	}
	defer answer.Body.Close()
	_, err = io.Copy(io.Discard, answer.Body)
	return answer.StatusCode, err
}

func main() {
	url := os.Args[1]
	count, _ := strconv.Atoi(os.Args[2])
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		var method, path, origin string
		var size, status, lost int
		fmt.Sscan(lines.Text(), &method, &path, &size, &status, &origin)
		body := bytes.Repeat([]byte(" "), size)
		var problem string
		for pair := 0; pair < count; pair++ {
			wrong, first := ask(method, url+path, body, origin)
			good, second := ask("GET", url+right, nil, "-")
			if wrong != status || good != 200 {
				problem = fmt.Sprint(wrong, first, good, second)
				lost++
			}
		}
		if problem != "" {
			fmt.Fprintln(os.Stderr, "Go", lines.Text(), problem)
		}
		fmt.Println(lost)
	}
}
