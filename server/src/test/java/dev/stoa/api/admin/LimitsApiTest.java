package dev.stoa.api.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.anthropic.client.AnthropicClient;
import com.anthropic.client.okhttp.AnthropicOkHttpClient;
import com.anthropic.errors.BadRequestException;
import com.anthropic.errors.NotFoundException;
import com.anthropic.models.beta.organization.ratelimits.BetaOrganizationRateLimit;
import com.anthropic.models.beta.organization.ratelimits.RateLimitListParams;
import com.anthropic.models.beta.organization.spendlimits.BetaSpendLimit;
import com.anthropic.models.beta.organization.spendlimits.BetaSpendLimitOrganizationScope;
import com.anthropic.models.beta.organization.spendlimits.BetaSpendLimitPeriod;
import com.anthropic.models.beta.organization.spendlimits.SpendLimitListParams;
import com.anthropic.models.beta.organization.spendlimits.SpendLimitSetParams;
import com.anthropic.models.beta.organization.workspaces.ratelimits.BetaWorkspaceRateLimit;
import com.anthropic.models.beta.organization.workspaces.ratelimits.BetaWorkspaceRateLimitType;
import com.anthropic.models.beta.organization.workspaces.ratelimits.BetaWorkspaceRateLimitUpdateValue;
import com.anthropic.models.beta.organization.workspaces.ratelimits.RateLimitUpdateParams;
import com.anthropic.services.blocking.beta.organization.SpendLimitService;
import dev.stoa.api.ApiServer;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** Limits and budgets over HTTP, as this server has them, and by the vendor's own client in the vendor's shapes. */
@Tag("e2e")
class LimitsApiTest {
    private static final Duration SOON = Duration.ofSeconds(10);
    private static ApiServer server;
    private static AnthropicClient vendor;

    @BeforeAll
    static void start() throws IOException {
        server =
                ApiServer.start("", "--stoa.mock-models=mock-0-0-8", "--stoa.prices.input=1", "--stoa.prices.output=2");
        vendor = AnthropicOkHttpClient.builder()
                .baseUrl(server.uri("").toString())
                .apiKey(ApiServer.KEY)
                .maxRetries(0)
                .responseValidation(true)
                .build();
    }

    @AfterAll
    static void stop() throws IOException {
        vendor.close();
        server.close();
    }

    private static HttpResponse<String> call(String method, String path, String body) throws Exception {
        return server.send(HttpRequest.newBuilder(server.uri("/v1/organizations/" + path))
                .timeout(Duration.ofSeconds(20))
                .header("x-api-key", ApiServer.KEY)
                .method(
                        method,
                        body.isEmpty()
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofString(body.replace('\'', '"'))));
    }

    private static JsonNode get(String path) throws Exception {
        HttpResponse<String> response = call("GET", path, "");
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return ApiServer.json(response);
    }

    private static JsonNode post(String path, String body) throws Exception {
        HttpResponse<String> response = call("POST", path, body);
        assertThat(response.statusCode()).as(response.body()).isIn(200, 201);
        return ApiServer.json(response);
    }

    private static String text(JsonNode node, String name) {
        return node.get(name).stringValue();
    }

    private static int ask(String key) throws Exception {
        return server.send(server.request("/v1/messages")
                        .setHeader("x-api-key", key)
                        .POST(HttpRequest.BodyPublishers.ofString(
                                ApiServer.message("eight ch", false).replace("scripted:v1", "mock-0-0-8"))))
                .statusCode();
    }

    @Test
    void limitsAndBudgetsAreSetForAKey() throws Exception {
        JsonNode key = post("api_keys", "{'name':'limited'}");
        String scope = "'scope':{'type':'api_key','id':'" + text(key, "id") + "'}";
        JsonNode set = post(
                "limits",
                "{" + scope + ",'requests_per_minute':2,'budgets':[{'period':'day','unit':'usd','amount':0.5}]}");
        assertThat(set.at("/budgets/0/amount").decimalValue()).isEqualByComparingTo("0.5");
        await().atMost(SOON).until(() -> ask(text(key, "key")) == 429);
        // Three tokens of input at a dollar and eight of output at two a million, once or twice.
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(get("limits?limit=1000")
                                .at("/data")
                                .valueStream()
                                .filter(each -> text(each, "id").equals(text(key, "id")))
                                .findFirst()
                                .orElseThrow()
                                .at("/budgets/0/spent")
                                .decimalValue())
                        .isGreaterThanOrEqualTo(new BigDecimal("0.000019")));
        post("limits", "{" + scope + ",'budgets':[{'period':'week','unit':'tokens','amount':1}]}");
        await().atMost(SOON).until(() -> ask(text(key, "key")) == 402);
        post("limits", "{" + scope + "}");
        await().atMost(SOON).until(() -> ask(text(key, "key")) == 200);
    }

    private static BetaOrganizationRateLimit ofModel(String model) {
        return vendor.beta()
                .organization()
                .rateLimits()
                .list(RateLimitListParams.builder().model(model).build())
                .items()
                .getFirst();
    }

    private static BetaWorkspaceRateLimitUpdateValue value(BetaWorkspaceRateLimitType type, Optional<Long> value) {
        return BetaWorkspaceRateLimitUpdateValue.builder()
                .type(type)
                .value(value)
                .build();
    }

    private static BetaWorkspaceRateLimit change(
            String workspace, String limit, BetaWorkspaceRateLimitUpdateValue... values) {
        return vendor.beta()
                .organization()
                .workspaces()
                .rateLimits()
                .update(RateLimitUpdateParams.builder()
                        .workspaceId(workspace)
                        .rateLimitId(limit)
                        .limits(List.of(values))
                        .build());
    }

    private static String told(BetaWorkspaceRateLimit entry) {
        return entry.limits().stream()
                .map(each -> each.type() + "=" + each.value() + "/"
                        + each.orgLimit().map(String::valueOf).orElse("-")
                        + (each.source().isWorkspace() ? " own" : " inherited"))
                .toList()
                .toString();
    }

    @Test
    void theVendorsClientReadsRateLimitsAndChangesAWorkspaces() throws Exception {
        String workspace = text(post("workspaces", "{'name':'Limited'}"), "id");
        post(
                "limits",
                "{'scope':{'type':'organization','model':'mock-0-0-8'},'requests_per_minute':1000000,'in_flight':500}");
        BetaOrganizationRateLimit entry = ofModel("mock-0-0-8");
        assertThat(entry.models().orElseThrow()).contains("mock-0-0-8");
        assertThat(entry.group().isModel()).isTrue();
        assertThat(entry.limits().toString()).contains("requests_per_minute", "1000000", "in_flight");
        assertThat(vendor
                        .beta()
                        .organization()
                        .rateLimits()
                        .list(RateLimitListParams.builder().limit(1).build())
                        .autoPager()
                        .stream()
                        .map(BetaOrganizationRateLimit::id))
                .as("page by page")
                .contains(entry.id())
                .doesNotHaveDuplicates()
                .hasSizeGreaterThan(1);
        assertThatThrownBy(() -> ofModel("no-such-model")).isInstanceOf(NotFoundException.class);

        BetaWorkspaceRateLimit set = change(
                workspace,
                entry.id(),
                value(BetaWorkspaceRateLimitType.REQUESTS_PER_MINUTE, Optional.of(1L)),
                value(BetaWorkspaceRateLimitType.OUTPUT_TOKENS_PER_MINUTE, Optional.of(5000L)));
        assertThat(told(set)).isEqualTo("[requests_per_minute=1/1000000 own, output_tokens_per_minute=5000/- own]");
        String key = text(post("api_keys", "{'name':'k','workspace_id':'" + workspace + "'}"), "key");
        await().atMost(SOON).until(() -> ask(key) == 429);

        change(workspace, entry.id(), value(BetaWorkspaceRateLimitType.REQUESTS_PER_MINUTE, Optional.empty()));
        var rateLimits = vendor.beta().organization().workspaces().rateLimits();
        assertThat(rateLimits.list(workspace).items().stream().map(LimitsApiTest::told))
                .containsExactly("[output_tokens_per_minute=5000/- own]");
        var all = com.anthropic.models.beta.organization.workspaces.ratelimits.RateLimitListParams.builder()
                .includeInherited(true)
                .build();
        assertThat(rateLimits.list(workspace, all).items().stream().map(LimitsApiTest::told))
                .containsExactly("[requests_per_minute=1000000/1000000 inherited, output_tokens_per_minute=5000/- own,"
                        + " in_flight=500/500 inherited]");
        await().atMost(SOON).until(() -> ask(key) == 200);
        assertThatThrownBy(() -> change(
                        workspace, entry.id(), value(BetaWorkspaceRateLimitType.TOKENS_PER_DAY, Optional.of(1L))))
                .isInstanceOf(BadRequestException.class)
                .hasMessageContaining("requests_per_minute");
        post("limits", "{'scope':{'type':'organization','model':'mock-0-0-8'}}");
    }

    @Test
    void theVendorsClientSetsReadsAndLiftsSpendLimits() throws Exception {
        SpendLimitService limits = vendor.beta().organization().spendLimits();
        String workspace = text(post("workspaces", "{'name':'Budgeted'}"), "id");
        // A budget in tokens, which is none of theirs, stays.
        post(
                "limits",
                "{'scope':{'type':'workspace','id':'" + workspace
                        + "'},'budgets':[{'period':'day','unit':'tokens','amount':1000000}]}");
        BetaSpendLimit set = limits.set(SpendLimitSetParams.builder()
                .workspaceScope(workspace)
                .amount("50000")
                .build());
        assertThat(set.amount()).hasValue("50000");
        assertThat(set.period()).isEqualTo(BetaSpendLimitPeriod.MONTHLY);
        assertThat(set.scope().isWorkspace()).isTrue();
        BetaSpendLimit lowered = limits.set(SpendLimitSetParams.builder()
                .workspaceScope(workspace)
                .amount("0")
                .build());
        assertThat(lowered.id()).isEqualTo(set.id());
        assertThat(lowered.createdAt()).isEqualTo(set.createdAt());
        assertThat(lowered.updatedAt()).isAfter(set.updatedAt());
        String key = text(post("api_keys", "{'name':'k','workspace_id':'" + workspace + "'}"), "key");
        await().atMost(SOON).until(() -> ask(key) == 402);

        limits.set(SpendLimitSetParams.builder()
                .scope(BetaSpendLimitOrganizationScope.builder().build())
                .period(BetaSpendLimitPeriod.WEEKLY)
                .amount("99999999999")
                .build());
        assertThat(limits.list(SpendLimitListParams.builder().limit(1).build()).autoPager().stream()
                        .map(each -> each.period().asString()))
                .containsExactly("weekly", "monthly");
        assertThat(limits.list(SpendLimitListParams.builder()
                                .workspaceId(workspace)
                                .addScopeType(SpendLimitListParams.ScopeType.WORKSPACE)
                                .build())
                        .items())
                .hasSize(1);
        assertThat(limits.retrieve(set.id()).amount()).hasValue("0");
        assertThat(limits.delete(set.id()).id()).isEqualTo(set.id());
        assertThatThrownBy(() -> limits.retrieve(set.id())).isInstanceOf(NotFoundException.class);
        await().atMost(SOON).until(() -> ask(key) == 200);
        assertThat(get("limits?limit=1000").toString()).contains("\"unit\":\"tokens\",\"amount\":1000000");
        assertThat(get("audit_events?limit=5").toString()).contains("spend_limit.set");
        post("limits", "{'scope':{'type':'organization'}}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "POST | limits | {'scope':{'type':'planet'}} | 400",
                "POST | limits | {'scope':{'type':'organization'},'requests_per_minute':0} | 400",
                "POST | limits | {'scope':{'type':'organization'},'budgets':[{'period':'day','unit':'usd','amount':-1}]} | 400",
                "POST | rate_limits | {} | 405",
                "GET | rate_limits?group_type=colour | `` | 400",
                "GET | rate_limits?page=x | `` | 400",
                "GET | workspaces/wrkspc_none/rate_limits | `` | 404",
                "POST | spend_limits | {'scope':{'type':'organization'},'amount':50} | 400",
                "POST | spend_limits | {'scope':{'type':'organization'},'amount':'0.5'} | 400",
                "POST | spend_limits | {'scope':{'type':'organization'},'amount':null} | 400",
                "POST | spend_limits | {'scope':{'type':'organization'},'amount':'1','period':'yearly'} | 400",
                "POST | spend_limits | {'scope':{'type':'workspace','workspace_id':'wrkspc_none'},'amount':'1'} | 404",
                "GET | spend_limits?scope_type=seat_tier | `` | 400",
                "DELETE | spend_limits/spl_none | `` | 404",
            })
    void answersBadInputInShape(String method, String path, String body, int status) throws Exception {
        HttpResponse<String> response = call(method, path, body);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        assertThat(ApiServer.json(response).at("/error/message").isString()).isTrue();
    }
}
