// A conversation from its beginning to its end, through the client that oapi-codegen makes.
package main

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"os"
	"strings"

	jan "janconversations"

	"github.com/oapi-codegen/nullable"
)

const reply = "That depends on the question."

var ctx = context.Background()

func must(ok bool, told ...any) {
	if !ok {
		panic(fmt.Sprint(told...))
	}
}

func no(err error) { must(err == nil, err) }

func to[T any](value T) *T { return &value }

func connect(token string) *jan.ClientWithResponses {
	authorize := func(_ context.Context, request *http.Request) error {
		if token != "" {
			request.Header.Set("Authorization", "Bearer "+token)
		}
		return nil
	}
	client, err := jan.NewClientWithResponses(os.Getenv("BASE_URL"), jan.WithRequestEditorFn(authorize))
	no(err)
	return client
}

func conversations(client *jan.ClientWithResponses) string {
	made, err := client.CreateConversationWithResponse(ctx, nil, jan.CreateConversationRequest{})
	no(err)
	conversation := made.JSON201
	must(conversation != nil && conversation.Title.IsNull() && conversation.ProjectId.IsNull(), string(made.Body))
	whole, err := client.GetConversationWithResponse(ctx, conversation.Id, nil)
	no(err)
	must(whole.JSON200.Title.IsNull(), string(whole.Body))
	project, err := client.CreateProjectWithResponse(ctx, nil, jan.CreateProjectRequest{Title: "Research 🔭"})
	no(err)
	change := jan.UpdateConversationRequest{ProjectId: nullable.NewNullableWithValue(project.JSON201.Id)}
	moved, err := client.UpdateConversationWithResponse(ctx, conversation.Id, nil, change)
	no(err)
	must(moved.JSON200.ProjectId.MustGet() == project.JSON201.Id, string(moved.Body))
	change = jan.UpdateConversationRequest{ProjectId: nullable.NewNullNullable[string]()}
	back, err := client.UpdateConversationWithResponse(ctx, conversation.Id, nil, change)
	no(err)
	must(back.JSON200.ProjectId.IsNull(), string(back.Body))
	fmt.Println("  a conversation without title and project, moved and moved back")
	return conversation.Id
}

func flagsAndSettings(client *jan.ClientWithResponses, conversation string) {
	change := jan.UpdateConversationRequest{Archived: nullable.NewNullableWithValue(true)}
	shelved, err := client.UpdateConversationWithResponse(ctx, conversation, nil, change)
	no(err)
	must(shelved.JSON200.Archived, string(shelved.Body))
	archived := jan.ListConversationsParams{Archived: to(jan.ListConversationsParamsArchived("true"))}
	list, err := client.ListConversationsWithResponse(ctx, &archived)
	no(err)
	must(len(list.JSON200.Data) == 1, string(list.Body))
	settings := jan.UpdateUserSettingsRequest{UseProfile: nullable.NewNullableWithValue(false)}
	told, err := client.UpdateSettingsWithResponse(ctx, nil, settings)
	no(err)
	must(!told.JSON200.UseProfile && told.JSON200.Profile.Nickname.IsNull(), string(told.Body))
	fmt.Println("  an archived conversation, and settings")
}

func items(client *jan.ClientWithResponses, conversation string) []jan.Item {
	for number := range 5 {
		key := fmt.Sprintf("%s-%d", conversation, number)
		body := jan.CreateItemRequest{Role: jan.RoleUser, Content: fmt.Sprint(number, " 👩‍👩‍👧 שלום")}
		made, err := client.CreateItemWithResponse(ctx, conversation, &jan.CreateItemParams{IdempotencyKey: &key}, body)
		no(err)
		again, err := client.CreateItemWithResponse(ctx, conversation, &jan.CreateItemParams{IdempotencyKey: &key}, body)
		no(err)
		must(made.JSON201.Id == again.JSON201.Id, string(again.Body))
	}
	var all []jan.Item
	for params := (&jan.ListItemsParams{Limit: to(int64(2))}); ; {
		page, err := client.ListItemsWithResponse(ctx, conversation, params)
		no(err)
		all = append(all, page.JSON200.Data...)
		if !page.JSON200.HasMore {
			break
		}
		params.After = to(page.JSON200.NextAfter.MustGet())
	}
	must(len(all) == 5, len(all))
	edited, err := client.EditItemWithResponse(ctx, conversation, all[0].Id, nil, jan.EditItemRequest{Content: "two"})
	no(err)
	must(edited.JSON200.Version == 2, string(edited.Body))
	restored, err := client.RestoreItemVersionWithResponse(ctx, conversation, all[0].Id, 1, nil, jan.RestoreItemVersionRequest{})
	no(err)
	must(restored.JSON200.Content == all[0].Content, string(restored.Body))
	batch := jan.CreateItemsRequest{Items: []jan.CreateItemRequest{
		{Role: jan.RoleUser, Content: "And?"}, {Role: jan.RoleAssistant, Content: "So."},
	}}
	empty, err := client.CreateConversationWithResponse(ctx, nil, jan.CreateConversationRequest{})
	no(err)
	both, err := client.CreateItemsWithResponse(ctx, empty.JSON201.Id, nil, batch)
	no(err)
	must(len(both.JSON201.Data) == 2 && both.JSON201.Data[1].Content == "So.", string(both.Body))
	fmt.Println("  messages, alone and together, in pages, edited and restored")
	return all
}

func replies(client *jan.ClientWithResponses, conversation string, last jan.Item) {
	answer, err := client.StreamItemReply(ctx, conversation, last.Id, nil, jan.StreamItemReplyRequest{})
	no(err)
	defer answer.Body.Close()
	var events []string
	for lines := bufio.NewScanner(answer.Body); lines.Scan(); {
		if event, found := strings.CutPrefix(lines.Text(), "event: "); found {
			events = append(events, event)
		}
	}
	must(events[len(events)-1] == "item.completed", events)
	again, err := client.RegenerateItemWithResponse(ctx, conversation, last.Id, nil, jan.RegenerateItemRequest{})
	no(err)
	must(again.JSON200.Content == reply && again.JSON200.Version == 2, string(again.Body))
	none, err := client.CancelTurnWithResponse(ctx, conversation, nil, jan.CancelTurnRequest{})
	no(err)
	must(!none.JSON200.Cancelled, string(none.Body))
	fmt.Println("  replies, whole and as they are written")
}

func shares(client *jan.ClientWithResponses, conversation string) {
	body := jan.ShareConversationRequest{ExpiresIn: nullable.NewNullableWithValue(int64(3600))}
	share, err := client.ShareConversationWithResponse(ctx, conversation, nil, body)
	no(err)
	anybody := connect("")
	seen, err := anybody.GetSharedConversationWithResponse(ctx, share.JSON201.ShareId, nil)
	no(err)
	must(len(seen.JSON200.Items) == 6, string(seen.Body))
	_, err = client.RevokeShareWithResponse(ctx, share.JSON201.ShareId)
	no(err)
	gone, err := anybody.GetSharedConversationWithResponse(ctx, share.JSON201.ShareId, nil)
	no(err)
	must(gone.JSON410.Error.Code == "share_ended", string(gone.Body))
	fmt.Println("  a link that anybody can open, and its end")
}

func end(client *jan.ClientWithResponses, conversation string) {
	export, err := client.ExportConversationWithResponse(ctx, conversation, nil)
	no(err)
	must(len(export.JSON200.Items) == 6, string(export.Body))
	text, err := client.ExportConversationMarkdownWithResponse(ctx, conversation)
	no(err)
	must(strings.Contains(string(text.Body), reply), string(text.Body))
	_, err = client.DeleteConversationWithResponse(ctx, conversation, nil)
	no(err)
	gone, err := client.GetConversationWithResponse(ctx, conversation, nil)
	no(err)
	must(gone.JSON404.Error.Code == "conversation_not_found", string(gone.Body))
	fmt.Println("  an export, a deletion, and an error with its code")
}

func main() {
	fmt.Println("the client for Go")
	session, err := connect("").GuestLoginWithResponse(ctx, jan.GuestLoginRequest{})
	no(err)
	client := connect(session.JSON201.AccessToken)
	conversation := conversations(client)
	flagsAndSettings(client, conversation)
	all := items(client, conversation)
	replies(client, conversation, all[len(all)-1])
	shares(client, conversation)
	end(client, conversation)
}
