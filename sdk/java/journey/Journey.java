// A conversation from its beginning to its end, through the client that OpenAPI Generator makes.

import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.janconversations.ApiClient;
import org.janconversations.ApiException;
import org.janconversations.api.*;
import org.janconversations.model.*;

public class Journey {
  static final String REPLY = "That depends on the question.";
  static String token;
  static ApiClient client;

  static void must(boolean ok, Object told) {
    if (!ok) throw new AssertionError(told);
  }

  static ApiClient connect(boolean signedIn) {
    ApiClient made = new ApiClient();
    made.updateBaseUri(System.getenv("BASE_URL"));
    if (signedIn) made.setRequestInterceptor(request -> request.header("Authorization", "Bearer " + token));
    return made;
  }

  static String conversations() {
    ConversationsApi api = new ConversationsApi(client);
    Conversation made = api.createConversation(null, null);
    must(made.getTitle() == null && made.getProjectId() == null, made);
    ConversationWithItems whole = api.getConversation(made.getId(), null, null);
    must(whole.getTitle() == null && whole.getItems().isEmpty(), whole);
    Project project = new ProjectsApi(client).createProject(new CreateProjectRequest().title("Research 🔭"), null);
    Conversation moved = api.updateConversation(made.getId(), null, new UpdateConversationRequest().projectId(project.getId()));
    must(project.getId().equals(moved.getProjectId()), moved);
    Conversation back = api.updateConversation(made.getId(), null, new UpdateConversationRequest().projectId(null));
    must(back.getProjectId() == null, back);
    System.out.println("  a conversation without title and project, moved and moved back");
    return made.getId();
  }

  static void flagsAndSettings(String conversation) {
    ConversationsApi api = new ConversationsApi(client);
    must(api.updateConversation(conversation, null, new UpdateConversationRequest().archived(true)).getArchived(), conversation);
    must(api.listConversations(null, null, null, null, null, "true", null).getData().size() == 1, conversation);
    UserSettings told = new SettingsApi(client).updateSettings(null, new UpdateUserSettingsRequest().useProfile(false));
    must(!told.getUseProfile() && told.getProfile().getNickname() == null, told);
    System.out.println("  an archived conversation, and settings");
  }

  static List<Item> items(String conversation) {
    ItemsApi api = new ItemsApi(client);
    for (int number = 0; number < 5; number++) {
      CreateItemRequest body = new CreateItemRequest().role(Role.USER).content(number + " 👩‍👩‍👧 שלום");
      String key = UUID.randomUUID().toString();
      Item made = api.createItem(conversation, body, key);
      must(made.getId().equals(api.createItem(conversation, body, key).getId()), made);
    }
    List<Item> all = new ArrayList<>();
    ItemList page = api.listItems(conversation, 2L, null, null, null);
    all.addAll(page.getData());
    while (page.getHasMore()) {
      page = api.listItems(conversation, 2L, page.getNextAfter(), null, null);
      all.addAll(page.getData());
    }
    must(all.size() == 5, all);
    String first = all.get(0).getId();
    must(api.editItem(conversation, first, new EditItemRequest().content("two"), null).getVersion() == 2, first);
    Item restored = api.restoreItemVersion(conversation, first, 1, null, null, null);
    must(restored.getContent().equals(all.get(0).getContent()), restored);
    CreateItemsRequest both = new CreateItemsRequest()
        .addItemsItem(new CreateItemRequest().role(Role.USER).content("And?"))
        .addItemsItem(new CreateItemRequest().role(Role.ASSISTANT).content("So."));
    String empty = new ConversationsApi(client).createConversation(null, null).getId();
    must(api.createItems(empty, both, null).getData().get(1).getContent().equals("So."), both);
    System.out.println("  messages, alone and together, in pages, edited and restored");
    return all;
  }

  /** What the generator makes reads every answer as JSON; its HTTP client reads streams and Markdown well. */
  static Stream<String> lines(String method, String path) throws Exception {
    HttpRequest request = HttpRequest.newBuilder(URI.create(client.getBaseUri() + path))
        .header("Authorization", "Bearer " + token).method(method, HttpRequest.BodyPublishers.noBody()).build();
    return client.getHttpClient().send(request, HttpResponse.BodyHandlers.ofLines()).body();
  }

  static void replies(String conversation, Item last) throws Exception {
    String path = "/v1/conversations/" + conversation + "/items/" + last.getId() + "/regenerate/stream";
    List<String> events = lines("POST", path).filter(line -> line.startsWith("event: ")).map(line -> line.substring(7)).toList();
    must(events.get(events.size() - 1).equals("item.completed"), events);
    Item again = new ItemsApi(client).regenerateItem(conversation, last.getId(), null, null);
    must(again.getContent().equals(REPLY) && again.getVersion() == 2, again);
    must(!new ConversationsApi(client).cancelTurn(conversation, null, null).getCancelled(), conversation);
    System.out.println("  replies, whole and as they are written");
  }

  static void shares(String conversation) {
    SharesApi api = new SharesApi(client);
    SharesApi anybody = new SharesApi(connect(false));
    Share share = api.shareConversation(conversation, null, new ShareConversationRequest().expiresIn(3600L));
    SharedConversation seen = anybody.getSharedConversation(share.getShareId(), null, null, null, null, null);
    must(seen.getItems().size() == 6, seen);
    api.revokeShare(share.getShareId());
    refused(410, "share_ended", () -> anybody.getSharedConversation(share.getShareId(), null, null, null, null, null));
    System.out.println("  a link that anybody can open, and its end");
  }

  static void refused(int status, String code, Runnable act) {
    try {
      act.run();
    } catch (ApiException error) {
      must(error.getCode() == status && error.getResponseBody().contains(code), error);
      return;
    }
    throw new AssertionError(code);
  }

  static void end(String conversation) throws Exception {
    ConversationsApi api = new ConversationsApi(client);
    must(api.exportConversation(conversation, null).getItems().size() == 6, conversation);
    String path = "/v1/conversations/" + conversation + "/export.md";
    must(lines("GET", path).anyMatch(line -> line.contains(REPLY)), conversation);
    api.deleteConversation(conversation, null);
    refused(404, "conversation_not_found", () -> api.getConversation(conversation, null, null));
    System.out.println("  an export, a deletion, and an error with its code");
  }

  public static void main(String[] arguments) throws Exception {
    System.out.println("the client for Java");
    token = new AuthApi(connect(false)).guestLogin(null).getAccessToken();
    client = connect(true);
    String conversation = conversations();
    flagsAndSettings(conversation);
    List<Item> all = items(conversation);
    replies(conversation, all.get(all.size() - 1));
    shares(conversation);
    end(conversation);
  }
}
