using Quai.EndToEnd.Tests.Escapes.Harness;

namespace Quai.EndToEnd.Tests.Escapes.Registries;

/// <summary>What registries do that mean no harm, and that looks like what strangers do: it works as before.</summary>
public sealed class HonestRegistryTests(QuaidInstance engine) : IClassFixture<QuaidInstance>
{
    private Scene Scene => new(engine, TestEnvironment.BinDirectory, IsFirstVersion: false);

    [Fact]
    public async Task A_registry_of_https_has_its_tokens_from_another_host()
    {
        await using var lure = new Lure(Scene, tls: true);
        await using var tokens = new StrangeServer("127.0.0.4", r => r.Authorization is null ? new StrangeAnswer(401, "") : new StrangeAnswer(200, """{"token":"t0k3n"}"""), TestCertificate.Make(lure.Folder, "tokens", "127.0.0.4"));
        lure.First = r => r.Authorization != "Bearer t0k3n" ? StrangeAnswer.AskForToken($"{tokens.Url}/token") : null;
        (await lure.PullAsync()).Expect();
        Assert.NotNull(lure.Leak(tokens));
        Assert.Null(lure.Leak(lure.Registry));
        (await lure.PushAsync()).Expect();
    }

    [Fact]
    public async Task Content_comes_from_other_hosts_and_goes_there_without_credentials()
    {
        await using var lure = new Lure(Scene);
        await using var store = new StrangeServer("127.0.0.4", r => r.Method == "GET" ? new StrangeAnswer(200, lure.Image.Blobs[r.Last])
            : r.Method == "PATCH" ? StrangeAnswer.Taken(r, "/upload")
            : lure.TakeUpload(r));
        lure.First = r => r.Authorization is null ? StrangeAnswer.AskForPassword()
            : r.Method == "GET" && r.Path.Contains("/blobs/", StringComparison.Ordinal) ? StrangeAnswer.To($"{store.Url}/store/{r.Last}")
            : r.Method == "POST" ? new StrangeAnswer(202, "", ("Location", $"{store.Url}/upload"), ("Range", "0-0"))
            : null;
        (await lure.PullAsync()).Expect();
        (await lure.PushAsync()).Expect();
        Assert.Contains(store.Requests, r => r.Method == "GET");
        Assert.Contains(store.Requests, r => r.Method == "PUT");
        Assert.DoesNotContain(store.Requests, r => r.Authorization is not null);
    }

    [QuaidFact]
    public async Task A_document_without_a_media_type_is_taken()
    {
        await using var lure = new Lure(Scene);
        byte[] plain = System.Text.Encoding.UTF8.GetBytes(System.Text.Encoding.UTF8.GetString(lure.Manifest).Replace($"\"mediaType\":\"{TestImage.OciManifest.Replace("+", "\\u002B", StringComparison.Ordinal)}\",", "", StringComparison.Ordinal));
        Assert.NotEqual(lure.Manifest.Length, plain.Length);
        lure.First = r => r.Path.Contains("/manifests/", StringComparison.Ordinal) ? new StrangeAnswer(200, plain, ("Content-Type", "application/json")) : null;
        (await lure.PullAsync()).Expect();
    }

    [Fact]
    public async Task A_name_that_contradicts_nothing_is_given()
    {
        TestImage image = new TestImage().WithLayer(TestImage.Tar(TestImage.File("a", "b")));
        foreach (string name in (string[])["registry.example:5000/team/app:v1", "a-b__c/d.e--f:Tag_1.x-y", "localhost/x:1", "HOST.EXAMPLE/x:1", "sha256/app:1", "[::1]:5000/x:1"])
        {
            Assert.Contains($"Loaded image: {name}", (await engine.Docker.RunAsync("load", image.DockerArchive(name))).Succeeded(), StringComparison.Ordinal);
            await engine.Docker.OkAsync($"image inspect {name}");
            await engine.Docker.OkAsync($"rmi {name}");
        }
    }

    [QuaidTheory]
    [InlineData("abababababababababababababababababababababababababababababababab", "cannot specify 64-byte hexadecimal strings")]
    [InlineData("trusted", "invalid tag")]
    [InlineData("../../etc/passwd:1", "invalid reference format")]
    [InlineData("trusted:../1", "invalid reference format")]
    [InlineData("Trusted:1", "must be lowercase")]
    [InlineData("tru\u001b[31msted:1", "invalid reference format")]
    [InlineData("TRU\u001b[31mSTED:1", "invalid reference format")]
    [InlineData("trusted:1\nother:1", "invalid reference format")]
    [InlineData("tru\u0455ted:1", "invalid reference format")]
    [InlineData("", "invalid reference format")]
    [InlineData("sha256:1", "refusing to create an ambiguous tag using digest algorithm as name")]
    public async Task A_name_that_is_none_is_refused_and_nothing_is_loaded(string name, string problem)
    {
        string before = await engine.Docker.OkAsync("images -aq --no-trunc");
        TestImage image = new TestImage().WithLayer(TestImage.Tar(TestImage.File("a", Guid.NewGuid().ToString())));
        CommandResult load = (await engine.Docker.RunAsync("load", image.DockerArchive(name))).ExpectFailure(1, problem);
        Assert.DoesNotContain('\u001b', load.Stderr);
        Assert.Equal(before, await engine.Docker.OkAsync("images -aq --no-trunc"));
    }
}
