using System.Text.Json.Nodes;
using Quai.Api.Containers;
using Quai.Errors;
using Quai.Images;
using Quai.Oci.Images;

namespace Quai.Daemon.Tests;

/// <summary>Versions, errors and shapes.</summary>
public sealed class ApiTests
{
    [Theory]
    [InlineData("/v1.99/info", 400, "client version 1.99 is too new. Maximum supported API version is 1.56")]
    [InlineData("/v1.12/containers/json", 400, "client version 1.12 is too old. Minimum supported API version is 1.24, please upgrade your client to a newer version")]
    [InlineData("/v1/version", 400, "client version 1 is too old. Minimum supported API version is 1.24, please upgrade your client to a newer version")]
    [InlineData("/v2.0/version", 400, "client version 2.0 is too new. Maximum supported API version is 1.56")]
    [InlineData("/v1.abc/version", 404, "page not found")]
    [InlineData("/nope", 404, "page not found")]
    [InlineData("/v1.44/nope", 404, "page not found")]
    [InlineData("/swarm", 503, "This node is not a swarm manager. Use \"docker swarm init\" or \"docker swarm join\" to connect this node to swarm and try again.")]
    [InlineData("/containers/json?filters=x", 400, "invalid filter")]
    [InlineData("/images/json?filters={\"foo\":[\"x\"]}", 400, "invalid filter 'foo'")]
    [InlineData("/images/json?filters={\"dangling\":[\"x\"]}", 400, "invalid filter 'dangling=[x]'")]
    [InlineData("/containers/json?limit=x", 400, "strconv.Atoi: parsing \"x\": invalid syntax")]
    [InlineData("/events?since=2&until=1", 400, "`since` time (2) cannot be after `until` time (1)")]
    [InlineData("/containers/x/logs", 400, "Bad parameters: you must choose at least one stream")]
    [InlineData("/containers/x/stats?stream=1&one-shot=1", 400, "cannot have stream=true and one-shot=true")]
    [InlineData("/volumes/nope", 404, "get nope: no such volume")]
    [InlineData("/networks/nope", 404, "network nope not found")]
    [InlineData("/system/df?type=x", 400, "unknown object type: x")]
    public async Task Refusals_are_worded_as_Docker_words_them(string path, int status, string message)
    {
        await using TestServer server = await TestServer.StartAsync();
        (int actual, string body, HttpResponseMessage response) = await server.SendAsync("GET", path);
        Assert.Equal((status, message), (actual, JsonNode.Parse(body)!["message"]!.GetValue<string>()));
        Assert.EndsWith("\n", body, StringComparison.Ordinal);
        Assert.Equal("application/json", response.Content.Headers.ContentType?.ToString());
    }

    [Theory]
    [InlineData(null, null, "invalid JSON: got EOF while reading request body")]
    [InlineData("{", "application/json", "invalid JSON: unexpected EOF")]
    [InlineData("x", "application/json", "invalid JSON: invalid character 'x' looking for beginning of value")]
    [InlineData("{}", null, "malformed Content-Type header (): mime: no media type")]
    [InlineData("{}", "text/plain", "unsupported Content-Type header (text/plain): must be 'application/json'")]
    [InlineData("{}", "application/json", "config cannot be empty in order to create a container")]
    [InlineData("{\"Image\":\"a\"}{}", "application/json", "unexpected content after JSON")]
    [InlineData("{\"Image\":5}", "application/json", "invalid JSON: json: cannot unmarshal the value of Image")]
    public async Task Bodies_are_checked(string? body, string? type, string message)
    {
        await using TestServer server = await TestServer.StartAsync();
        (int status, string answer, _) = await server.SendAsync("POST", "/containers/create", body, type);
        Assert.Equal((400, message), (status, JsonNode.Parse(answer)!["message"]!.GetValue<string>()));
    }

    [Theory]
    [InlineData(ErrorKind.System, 500)]
    [InlineData(ErrorKind.InvalidParameter, 400)]
    [InlineData(ErrorKind.Unauthorized, 401)]
    [InlineData(ErrorKind.Forbidden, 403)]
    [InlineData(ErrorKind.NotFound, 404)]
    [InlineData(ErrorKind.Conflict, 409)]
    [InlineData(ErrorKind.NotModified, 304)]
    [InlineData(ErrorKind.Unavailable, 503)]
    [InlineData(ErrorKind.NotImplemented, 501)]
    public async Task Each_kind_of_failure_has_its_status(ErrorKind kind, int status)
    {
        await using TestServer server = await TestServer.StartAsync();
        server.Containers.OnStart = (_, _) => throw new QuaiException(kind, "no");
        (int actual, string body, _) = await server.SendAsync("POST", "/containers/x/start");
        Assert.Equal((status, kind == ErrorKind.NotModified ? "" : "{\"message\":\"no\"}\n"), (actual, body));
    }

    [Fact]
    public async Task The_unexpected_is_one_sentence_for_the_client_and_a_stack_for_the_log()
    {
        await using TestServer server = await TestServer.StartAsync();
        (int status, string body, _) = await server.SendAsync("POST", "/containers/x/start");
        Assert.Equal((500, "{\"message\":\"StartAsync was not expected\"}\n"), (status, body));
        string log = System.Text.Encoding.UTF8.GetString(server.Log.ToArray());
        Assert.Contains("level=error msg=\"POST /containers/x/start failed unexpectedly\" error=\"System.InvalidOperationException", log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ping_tells_who_answers()
    {
        await using TestServer server = await TestServer.StartAsync();
        (int status, string body, HttpResponseMessage response) = await server.SendAsync("GET", "/_ping");
        Assert.Equal((200, "OK"), (status, body));
        Assert.Equal("1.56", response.Headers.GetValues("Api-Version").Single());
        Assert.Equal("linux", response.Headers.GetValues("Ostype").Single());
        Assert.Equal("false", response.Headers.GetValues("Docker-Experimental").Single());
        Assert.StartsWith("Quai/", response.Headers.GetValues("Server").First(), StringComparison.Ordinal);
        Assert.Equal((200, ""), await HeadAsync(server));
    }

    [Theory]
    [InlineData("/images/box:latest/json", "box:latest")]
    [InlineData("/v1.50/images/127.0.0.1:5000/foo/bar:tag/json", "127.0.0.1:5000/foo/bar:tag")]
    [InlineData("/images/127.0.0.1:5000%2Ffoo%2Fbar/json", "127.0.0.1:5000/foo/bar")]
    [InlineData("/images/a/json/json", "a/json")]
    public async Task Names_of_images_may_have_slashes(string path, string name)
    {
        await using TestServer server = await TestServer.StartAsync();
        server.Images.Images.Add(Box("sha256:1", name));
        (int status, string body, _) = await server.SendAsync("GET", path);
        Assert.Equal((200, "sha256:1"), (status, JsonNode.Parse(body)!["Id"]!.GetValue<string>()));
        Assert.Equal([name], server.Images.Asked);
    }

    [Fact]
    public async Task Images_are_filtered()
    {
        await using TestServer server = await TestServer.StartAsync();
        server.Images.Images.AddRange([Box("sha256:3", "127.0.0.1:5000/lib/box:v2"), Box("sha256:2", "box:latest", "box:old"), Box("sha256:1")]);

        Assert.Equal(["sha256:3", "sha256:2", "sha256:1"], await IdsAsync(server, "{}"));
        Assert.Equal(["sha256:1"], await IdsAsync(server, "{\"dangling\":[\"true\"]}"));
        Assert.Equal(["sha256:2"], await IdsAsync(server, "{\"reference\":{\"box\":true}}"));
        Assert.Equal(["sha256:2"], await IdsAsync(server, "{\"reference\":[\"b?x:l*\"]}"));
        Assert.Equal(["sha256:3"], await IdsAsync(server, "{\"reference\":[\"*/*/box\"]}"));
        Assert.Empty(await IdsAsync(server, "{\"reference\":[\"*/box\"]}"));
        Assert.Equal(["sha256:1"], await IdsAsync(server, "{\"before\":[\"box:latest\"]}"));
        Assert.Equal(["sha256:3"], await IdsAsync(server, "{\"since\":[\"box:latest\"]}"));

        (_, string body, _) = await server.SendAsync("GET", "/images/json?filters={\"reference\":[\"box:old\"]}");
        Assert.Equal("[\"box:old\"]", JsonNode.Parse(body)![0]!["RepoTags"]!.ToJsonString());
    }

    [Theory]
    [InlineData("1.43", true, true, true)]
    [InlineData("1.44", false, true, true)]
    [InlineData("1.50", false, false, true)]
    [InlineData("1.52", false, false, false)]
    public async Task An_image_has_the_shape_of_the_version(string version, bool virtualSize, bool hostname, bool emptyEnv)
    {
        await using TestServer server = await TestServer.StartAsync();
        server.Images.Images.Add(Box("sha256:1", "box"));
        (_, string body, _) = await server.SendAsync("GET", $"/v{version}/images/box/json");
        JsonObject image = JsonNode.Parse(body)!.AsObject();
        JsonObject config = image["Config"]!.AsObject();
        Assert.Equal((virtualSize, hostname, emptyEnv), (image.ContainsKey("VirtualSize"), config.ContainsKey("Hostname"), config.ContainsKey("Env")));
    }

    [Theory]
    [InlineData("1.51", true)]
    [InlineData("1.52", false)]
    public async Task Old_network_settings_are_for_old_clients(string version, bool shown)
    {
        await using TestServer server = await TestServer.StartAsync();
        server.Containers.OnInspect = _ => new ContainerInspect { Id = "x" };
        (_, string body, _) = await server.SendAsync("GET", $"/v{version}/containers/x/json");
        Assert.Equal(shown, JsonNode.Parse(body)!["NetworkSettings"]!.AsObject().ContainsKey("IPAddress"));
        Assert.True(JsonNode.Parse(body)!["NetworkSettings"]!.AsObject().ContainsKey("Networks"));
    }

    [Fact]
    public async Task What_older_clients_mean_is_made_explicit()
    {
        await using TestServer server = await TestServer.StartAsync();
        ContainerCreateRequest? seen = null;
        string? seenPlatform = null;
        server.Containers.OnCreate = (name, platform, request) =>
        {
            (seen, seenPlatform) = (request, platform);
            return new ContainerCreateResponse("id-" + name, []);
        };
        const string Body = "{\"Image\":\"box\",\"Cmd\":\"run\",\"HostConfig\":{\"Mounts\":[{\"Type\":\"bind\",\"Source\":\"/a\",\"Target\":\"/b\",\"ReadOnly\":true}]}}";

        (int status, string answer, _) = await server.SendAsync("POST", "/v1.39/containers/create?name=/n&platform=linux/arm64", Body);
        Assert.Equal((201, "{\"Id\":\"id-n\",\"Warnings\":[]}\n"), (status, answer));
        Assert.Equal(["run"], seen!.Cmd!);
        Assert.Equal(("shareable", "host", true, null), (seen.HostConfig!.IpcMode, seen.HostConfig.CgroupnsMode, seen.HostConfig.Mounts![0].BindOptions?.ReadOnlyNonRecursive, seenPlatform));

        await server.SendAsync("POST", "/v1.56/containers/create?platform=linux/arm64", Body);
        Assert.Equal(("", "", null, "linux/arm64"), (seen.HostConfig!.IpcMode, seen.HostConfig.CgroupnsMode, seen.HostConfig.Mounts![0].BindOptions?.ReadOnlyNonRecursive, seenPlatform));
    }

    [Fact]
    public async Task Start_refuses_a_host_configuration()
    {
        await using TestServer server = await TestServer.StartAsync();
        server.Containers.OnStart = (_, _) => Task.CompletedTask;
        Assert.Equal(204, (await server.SendAsync("POST", "/containers/x/start")).Status);
        Assert.Equal(204, (await server.SendAsync("POST", "/containers/x/start", "{}")).Status);
        Assert.Equal(400, (await server.SendAsync("POST", "/containers/x/start", "{\"Memory\":5}")).Status);
    }

    [Theory]
    [InlineData("/v1.41/containers/x/stop?t=3&signal=INT", null, 3)]
    [InlineData("/v1.42/containers/x/stop?signal=INT", "INT", null)]
    public async Task Stop_hands_on_what_its_version_has(string path, string? signal, int? seconds)
    {
        await using TestServer server = await TestServer.StartAsync();
        (string?, int?) seen = default;
        server.Containers.OnStop = (_, s, t) =>
        {
            seen = (s, t);
            return Task.CompletedTask;
        };
        Assert.Equal(204, (await server.SendAsync("POST", path)).Status);
        Assert.Equal((signal, seconds), seen);
    }

    [Fact]
    public async Task Volumes_are_made_listed_and_removed()
    {
        await using TestServer server = await TestServer.StartAsync();
        (int made, string body, _) = await server.SendAsync("POST", "/volumes/create", "{\"Name\":\"vol\",\"Labels\":{\"a\":\"b\"}}");
        Assert.Equal((201, "vol"), (made, JsonNode.Parse(body)!["Name"]!.GetValue<string>()));
        Assert.Single(await VolumesAsync(server, "{\"label\":[\"a=b\"],\"dangling\":[\"true\"]}"));
        Assert.Empty(await VolumesAsync(server, "{\"label\":[\"a=c\"]}"));
        Assert.Equal(204, (await server.SendAsync("DELETE", "/volumes/vol")).Status);
        Assert.Equal(404, (await server.SendAsync("DELETE", "/volumes/vol")).Status);
        Assert.Equal(204, (await server.SendAsync("DELETE", "/volumes/vol?force=1")).Status);
    }

    [Fact]
    public async Task A_network_shows_the_containers_on_it()
    {
        await using TestServer server = await TestServer.StartAsync();
        var row = new ContainerSummary { Id = "c1", Names = ["/web"] };
        row.NetworkSettings.Networks["bridge"] = new() { NetworkID = "b1", EndpointID = "e1", IPAddress = "10.9.0.2", IPPrefixLen = 24, MacAddress = "02:42:0a:09:00:02" };
        server.Containers.OnList = _ => [row];
        (_, string body, _) = await server.SendAsync("GET", "/networks/bridge");
        Assert.Equal(
            "{\"Name\":\"web\",\"EndpointID\":\"e1\",\"MacAddress\":\"02:42:0a:09:00:02\",\"IPv4Address\":\"10.9.0.2/24\",\"IPv6Address\":\"\"}",
            JsonNode.Parse(body)!["Containers"]!["c1"]!.ToJsonString());
        Assert.Equal(403, (await server.SendAsync("DELETE", "/networks/bridge")).Status);
    }

    [Fact]
    public async Task Disk_usage_has_sums_from_152_and_lists_before()
    {
        await using TestServer server = await TestServer.StartAsync();
        server.Images.Images.Add(Box("sha256:1", "box"));
        (_, string before, _) = await server.SendAsync("GET", "/v1.51/system/df");
        (_, string after, _) = await server.SendAsync("GET", "/v1.53/system/df");
        Assert.Equal(100, JsonNode.Parse(before)!["LayersSize"]!.GetValue<int>());
        Assert.Single(JsonNode.Parse(before)!["Images"]!.AsArray());
        Assert.False(JsonNode.Parse(after)!.AsObject().ContainsKey("Images"));
        Assert.Equal("{\"ActiveCount\":0,\"TotalCount\":1,\"Reclaimable\":100,\"TotalSize\":100}", JsonNode.Parse(after)!["ImageUsage"]!.ToJsonString());
    }

    internal static Image Box(string id, params string[] tags) =>
        new(id, new ImageConfig { Os = "linux", Created = DateTimeOffset.FromUnixTimeSeconds(1000 + (id[^1] - '0')) }, tags, [], 100, null, ["/l/1"]);

    private static async Task<(int Status, string Body)> HeadAsync(TestServer server)
    {
        (int status, string body, _) = await server.SendAsync("HEAD", "/_ping");
        return (status, body);
    }

    private static async Task<List<string>> IdsAsync(TestServer server, string filters)
    {
        (_, string body, _) = await server.SendAsync("GET", "/images/json?filters=" + Uri.EscapeDataString(filters));
        return [.. JsonNode.Parse(body)!.AsArray().Select(i => i!["Id"]!.GetValue<string>())];
    }

    private static async Task<JsonArray> VolumesAsync(TestServer server, string filters)
    {
        (_, string body, _) = await server.SendAsync("GET", "/volumes?filters=" + Uri.EscapeDataString(filters));
        return JsonNode.Parse(body)!["Volumes"]!.AsArray();
    }
}
