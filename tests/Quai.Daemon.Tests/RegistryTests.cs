using System.Text;
using Quai.Daemon.Configuration;
using Quai.Errors;
using Quai.Images;
using Quai.Registry;

namespace Quai.Daemon.Tests;

/// <summary>The API's routes to registries.</summary>
public sealed class RegistryTests
{
    [Fact]
    public async Task A_push_streams_and_ends_with_what_was_pushed()
    {
        await using TestServer server = await TestServer.StartAsync();
        server.Registries.OnPush = progress =>
        {
            progress.Report(new ProgressMessage("The push refers to repository [h:1/a/b]"));
            progress.Report(new ProgressMessage("Preparing", "abc"));
            progress.Report(new ProgressMessage(null, Aux: new PushResult("v1", "sha256:1", 7)));
            return Task.CompletedTask;
        };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1.46/images/h:1/a/b/push?tag=v1&platform={\"os\":\"linux\",\"architecture\":\"arm\",\"variant\":\"v7\"}");
        request.Headers.Add("X-Registry-Auth", Convert.ToBase64String("{\"identitytoken\":\"t\"}"u8));
        HttpResponseMessage response = await server.Client.SendAsync(request);
        Assert.Equal(
            """
            {"status":"The push refers to repository [h:1/a/b]"}
            {"status":"Preparing","progressDetail":{},"id":"abc"}
            {"progressDetail":{},"aux":{"Tag":"v1","Digest":"sha256:1","Size":7}}

            """,
            await response.Content.ReadAsStringAsync());
        Assert.Equal(["push h:1/a/b v1 linux/arm/v7"], server.Registries.Asked);
        Assert.Equal("t", server.Registries.Auth!.IdentityToken);
    }

    [Fact]
    public async Task Without_tag_all_are_pushed_and_pulled()
    {
        await using TestServer server = await TestServer.StartAsync();
        server.Images.Images.Add(ApiTests.Box("sha256:1", "box:latest"));
        server.Images.OnPull = _ => Task.CompletedTask;
        await server.SendAsync("POST", "/images/h:1/a/push");
        await server.SendAsync("POST", "/images/create?fromImage=h:1/a");
        await server.SendAsync("POST", "/images/create?fromImage=h:1/a:x&nocache=1");
        await server.SendAsync("POST", "/images/create?fromImage=h:1/a&tag=y");
        Assert.Equal(["push h:1/a  ", "pull all h:1/a", "pull h:1/a:x  True", "pull h:1/a:y  False"], server.Registries.Asked);
    }

    [Fact]
    public async Task Credentials_are_tried()
    {
        await using TestServer server = await TestServer.StartAsync();
        server.Registries.OnLogin = auth => auth.Password == "right" ? "token" : throw new QuaiException(ErrorKind.Unauthorized, "unauthorized: no");
        (int status, string body) = await PostAsync("{\"username\":\"u\",\"password\":\"right\",\"serveraddress\":\"h:1\"}");
        Assert.Equal((200, "{\"Status\":\"Login Succeeded\",\"IdentityToken\":\"token\"}\n"), (status, body));
        Assert.Equal("h:1", server.Registries.Auth!.ServerAddress);
        (status, body) = await PostAsync("{\"username\":\"u\",\"password\":\"wrong\"}");
        Assert.Equal((401, "{\"message\":\"unauthorized: no\"}\n"), (status, body));

        async Task<(int, string)> PostAsync(string json)
        {
            HttpResponseMessage response = await server.Client.PostAsync(new Uri("/auth", UriKind.Relative), new StringContent(json, Encoding.UTF8, "application/json"));
            return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
        }
    }

    [Fact]
    public async Task An_image_is_looked_at_where_it_is()
    {
        await using TestServer server = await TestServer.StartAsync();
        (int status, string body, _) = await server.SendAsync("GET", "/distribution/h:1/a/b:v1/json");
        Assert.Equal(
            (200, "{\"Descriptor\":{\"mediaType\":\"application/vnd.oci.image.index.v1+json\",\"digest\":\"sha256:1\",\"size\":7},\"Platforms\":[{\"architecture\":\"arm\",\"os\":\"linux\",\"variant\":\"v7\"}]}\n"),
            (status, body));
        Assert.Equal(["inspect h:1/a/b:v1"], server.Registries.Asked);
    }

    [Fact]
    public async Task A_search_is_filtered()
    {
        await using TestServer server = await TestServer.StartAsync();
        server.Registries.Found.Add(new FoundRepository("box", "a box", 12, true, false));
        server.Registries.Found.Add(new FoundRepository("me/box", "mine", 2, false, false));
        (int status, string body, _) = await server.SendAsync("GET", "/images/search?term=box&filters={\"is-official\":[\"true\"],\"stars\":[\"3\"]}");
        Assert.Equal((200, "[{\"star_count\":12,\"is_official\":true,\"name\":\"box\",\"is_automated\":false,\"description\":\"a box\"}]\n"), (status, body));
        Assert.Equal(["search box 25"], server.Registries.Asked);
        Assert.Equal(400, (await server.SendAsync("GET", "/images/search?term=box&filters={\"color\":[\"red\"]}")).Status);
        Assert.Equal(400, (await server.SendAsync("GET", "/images/search?term=box&filters={\"stars\":[\"many\"]}")).Status);
    }

    [Fact]
    public async Task Prune_sweeps_unfinished_pulls_unless_it_is_to_choose()
    {
        await using TestServer server = await TestServer.StartAsync();
        Assert.Equal("{\"ImagesDeleted\":null,\"SpaceReclaimed\":5}\n", (await server.SendAsync("POST", "/images/prune")).Body);
        Assert.Equal("{\"ImagesDeleted\":null,\"SpaceReclaimed\":0}\n", (await server.SendAsync("POST", "/images/prune?filters={\"label\":[\"x\"]}")).Body);
        Assert.Equal(["sweep"], server.Registries.Asked);
    }

    [Theory]
    [InlineData("https://mirror.example", "https://mirror.example/", null)]
    [InlineData("http://10.0.0.1:5000/", "http://10.0.0.1:5000/", null)]
    [InlineData("mirror", null, "invalid mirror: \"mirror\" is not a valid URI")]
    [InlineData("ftp://mirror", null, "invalid mirror: unsupported scheme \"ftp\" in \"ftp://mirror\"")]
    [InlineData("https://mirror/v1/", null, "invalid mirror: path, query, or fragment at end of the URI \"https://mirror/v1/\"")]
    [InlineData("https://u:p@mirror/", null, "invalid mirror: username/password not allowed in URI")]
    public void A_mirror_is_an_address_and_nothing_more(string given, string? taken, string? complaint)
    {
        DaemonConfiguration Load() => DaemonConfiguration.From(Arguments.Parse(["--registry-mirror", given, "--max-concurrent-uploads", "2"]), ("", false));
        if (complaint is not null)
        {
            Assert.Equal(complaint, Assert.Throws<QuaiException>(Load).Message);
            return;
        }

        DaemonConfiguration configuration = Load();
        Assert.Equal([taken!], configuration.RegistryMirrors);
        Assert.Equal(2, configuration.MaxConcurrentUploads);
        Assert.Equal(["/etc/docker/certs.d", "/etc/quai/certs.d"], configuration.RegistryCertificates);
    }
}
