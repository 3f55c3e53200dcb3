// Package clients holds tests of Papercloud with the official Go SDK, unmodified and with every
// signature verified.
//
// From the root of the repository, after cargo build --release:
//
//	target/release/papercloud exec --auth verify -- go -C tests/clients/go test ./...
package clients

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"testing"
)

// World is a test's own project: nobody else sees what is in it.
type World struct {
	URL, ProjectID string
}

// NewWorld gives a test a project that nobody has used, called like the test. Each look at something
// unfinished moves its clock to the next event, so programs that poll need not sleep.
func NewWorld(t *testing.T) World {
	url := os.Getenv("PAPERCLOUD_URL")
	if url == "" {
		t.Fatal("PAPERCLOUD_URL names no service: papercloud exec --auth verify -- go test ./...")
	}
	id := make([]byte, 16)
	if _, err := rand.Read(id); err != nil {
		t.Fatal(err)
	}
	world := World{url, hex.EncodeToString(id)}
	world.Control(t, "PUT", "/label", map[string]any{"label": t.Name()})
	world.Control(t, "POST", "/clock/auto-advance", map[string]any{"enabled": true})
	return world
}

// Control makes a control call, such as POST /faults; docs/control-api.md lists them.
func (world World) Control(t *testing.T, method, path string, body any) map[string]any {
	t.Helper()
	sent, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	url := fmt.Sprintf("%s/_paper/worlds/%s%s", world.URL, world.ProjectID, path)
	request, err := http.NewRequest(method, url, bytes.NewReader(sent))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("X-Paper-Token", os.Getenv("PAPERCLOUD_CONTROL_TOKEN"))
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode >= 300 {
		t.Fatalf("%s %s answered %s: %s %v", method, url, answer.Status, text, err)
	}
	said := map[string]any{}
	if len(text) > 0 {
		if err := json.Unmarshal(text, &said); err != nil {
			t.Fatal(err)
		}
	}
	return said
}
