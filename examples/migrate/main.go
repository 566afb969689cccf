// Brings a folder of JSON files into the service, one conversation for each:
//
//	{"title": "Planning", "messages": [{"role": "user", "content": "…"}, …]}
//
//	TOKEN=… migrate http://localhost:8000 FOLDER
//
// It may be run again after a failure: for a day, existing objects are not made twice.
package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"time"

	jan "janconversations"

	"github.com/oapi-codegen/nullable"
)

// The service takes so many messages with a new conversation; the others follow one by one.
const together = 100

type message struct {
	Role    jan.Role `json:"role"`
	Content string   `json:"content"`
}

type file struct {
	Title    string    `json:"title"`
	Messages []message `json:"messages"`
}

// patient sends requests again when the service asks for it, with the same Idempotency-Key.
type patient struct{}

func (patient) Do(request *http.Request) (*http.Response, error) {
	for attempt := 1; ; attempt++ {
		if request.GetBody != nil {
			request.Body, _ = request.GetBody()
		}
		answer, err := http.DefaultClient.Do(request)
		pause := time.Duration(attempt) * time.Second
		if err == nil {
			again := answer.StatusCode == 429 || answer.StatusCode >= 500 || answer.Header.Get("x-should-retry") == "true"
			if !again || answer.Header.Get("x-should-retry") == "false" || attempt == 5 {
				return answer, nil
			}
			if seconds, err := strconv.Atoi(answer.Header.Get("Retry-After")); err == nil {
				pause = time.Duration(seconds) * time.Second
			}
			answer.Body.Close()
		} else if attempt == 5 {
			return nil, err
		}
		time.Sleep(pause)
	}
}

func item(number int, from message) jan.CreateItemRequest {
	callId := nullable.NewNullableWithValue(fmt.Sprint("migrated-", number))
	return jan.CreateItemRequest{Role: from.Role, Content: from.Content, CallId: callId}
}

func migrate(ctx context.Context, client *jan.ClientWithResponses, path string) (string, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	var from file
	if err := json.Unmarshal(text, &from); err != nil {
		return "", err
	}
	var items []jan.CreateItemRequest
	for number, message := range from.Messages {
		items = append(items, item(number, message))
	}
	first := min(together, len(items))
	body := jan.CreateConversationRequest{Items: nullable.NewNullableWithValue(items[:first])}
	if from.Title != "" {
		body.Title = nullable.NewNullableWithValue(from.Title)
	}
	// Of the file's text: so a second run finds what the first one made, and a changed file is another one.
	digest := sha256.Sum256(text)
	key := "migrate-" + hex.EncodeToString(digest[:])
	made, err := client.CreateConversationWithResponse(ctx, &jan.CreateConversationParams{IdempotencyKey: &key}, body)
	if err != nil {
		return "", err
	}
	if made.JSON201 == nil {
		return "", fmt.Errorf("%s: %s", made.Status(), made.Body)
	}
	for number, next := range items[first:] {
		// A message with the same call_id is stored once.
		added, err := client.CreateItemWithResponse(ctx, made.JSON201.Id, nil, next)
		if err != nil {
			return "", err
		}
		if added.JSON201 == nil && added.JSON200 == nil {
			return "", fmt.Errorf("message %d: %s: %s", first+number, added.Status(), added.Body)
		}
	}
	return made.JSON201.Id, nil
}

func main() {
	if len(os.Args) != 3 || os.Getenv("TOKEN") == "" {
		log.Fatal("usage: TOKEN=… migrate ADDRESS FOLDER")
	}
	authorize := func(_ context.Context, request *http.Request) error {
		request.Header.Set("Authorization", "Bearer "+os.Getenv("TOKEN"))
		return nil
	}
	client, err := jan.NewClientWithResponses(os.Args[1], jan.WithHTTPClient(patient{}), jan.WithRequestEditorFn(authorize))
	if err != nil {
		log.Fatal(err)
	}
	paths, err := filepath.Glob(filepath.Join(os.Args[2], "*.json"))
	if err != nil {
		log.Fatal(err)
	}
	failures := 0
	for _, path := range paths {
		if id, err := migrate(context.Background(), client, path); err != nil {
			failures++
			log.Printf("%s: %v", path, err)
		} else {
			fmt.Println(id, path)
		}
	}
	if failures > 0 {
		log.Fatalf("%d of %d files were not brought over; run it again", failures, len(paths))
	}
}
