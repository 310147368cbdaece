using Quai.Build.Sessions;
using Quai.BuildTransfer;
using Quai.Errors;
using Quai.Oci.Images;
using Quai.Registry.Tests;

namespace Quai.Build.Tests.Sources;

public sealed class WebSourceTests
{
    private const string Modified = "Last-Modified: Wed, 21 Oct 2015 07:28:00 GMT";

    [Fact]
    public async Task An_unchanged_file_is_asked_for_by_its_tag_and_not_brought_again()
    {
        string content = "one", tag = "\"1\"";
        await using var server = new FakeRegistry(r => r.Header("If-None-Match") == tag ? FakeRegistry.Respond(304, "") : FakeRegistry.Respond(200, content, $"ETag: {tag}", Modified));
        await using BuildFixture build = await BuildFixture.OpenAsync();
        string url = $"http://{server.Address}/dir/file.txt";

        Assert.Equal("one", await build.ReadAsync(Graph.Source(url), "/file.txt"));
        Assert.Equal("one", await build.ReadAsync(Graph.Source(url), "/file.txt"));
        Assert.Equal([null, "\"1\""], server.Requests.Select(r => r.Header("If-None-Match")));

        (content, tag) = ("two", "\"2\"");
        Assert.Equal("two", await build.ReadAsync(Graph.Source(url), "/file.txt"));
    }

    [Fact]
    public async Task A_file_has_the_name_mode_owner_and_time_that_it_should()
    {
        await using var server = new FakeRegistry(_ => FakeRegistry.Respond(200, "x", Modified));
        await using BuildFixture build = await BuildFixture.OpenAsync();
        ContextEntry plain = await build.BuildAsync(Graph.Source($"http://{server.Address}/a"), r => r.StatAsync("/a", default));
        Assert.Equal((0x180, 0u, 0u, 1_445_412_480_000_000_000L), (plain.Mode, plain.Uid, plain.Gid, plain.ModifiedAt));

        var changed = Graph.Source($"http://{server.Address}/a", ("http.filename", "b"), ("http.perm", "0755"), ("http.uid", "3"), ("http.gid", "4"));
        ContextEntry entry = await build.BuildAsync(changed, r => r.StatAsync("/b", default));
        Assert.Equal((0x1ed, 3u, 4u), (entry.Mode, entry.Uid, entry.Gid));
    }

    [Theory]
    [InlineData("/", "", "download")]
    [InlineData("/a%20b?c=d", "", "a b")]
    [InlineData("/x", "Content-Disposition: attachment; filename=\"y.tar\"", "y.tar")]
    [InlineData("/x", "Content-Disposition: attachment; filename=\"../../y\"", "y")]
    [InlineData("/x", "Content-Disposition: attachment; filename=\"..\"", "x")]
    public async Task A_file_without_a_name_gets_that_of_its_server(string path, string header, string name)
    {
        await using var server = new FakeRegistry(_ => FakeRegistry.Respond(200, "x", header.Length > 0 ? [header] : []));
        await using BuildFixture build = await BuildFixture.OpenAsync();
        Assert.Equal([name], await build.ListAsync(Graph.Source($"http://{server.Address}{path}"), "/"));
    }

    [Fact]
    public async Task A_file_with_a_checksum_is_checked_and_asked_for_once()
    {
        await using var server = new FakeRegistry(_ => FakeRegistry.Respond(200, "right"));
        await using BuildFixture build = await BuildFixture.OpenAsync();
        string url = $"http://{server.Address}/f";
        var right = Graph.Source(url, ("http.checksum", Digest.Of("right"u8).ToString()));
        Assert.Equal("right", await build.ReadAsync(right, "/f"));
        Assert.Equal("right", await build.ReadAsync(right, "/f"));
        Assert.Single(server.Requests);

        var wrong = Graph.Source(url, ("http.checksum", Digest.Of("wrong"u8).ToString()));
        QuaiException error = await Assert.ThrowsAnyAsync<QuaiException>(() => build.ReadAsync(wrong, "/f"));
        Assert.Contains("digest mismatch", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Secrets_of_the_client_authorize_and_errors_say_what_the_server_answered()
    {
        await using var server = new FakeRegistry(r => r.Header("Authorization") switch
        {
            "Bearer token" => FakeRegistry.Respond(200, "by token"),
            "Basic header" => FakeRegistry.Respond(200, "by header"),
            _ => FakeRegistry.Respond(401, ""),
        });
        await using BuildFixture build = await BuildFixture.OpenAsync();
        string url = $"http://{server.Address}/f";
        QuaiException error = await Assert.ThrowsAnyAsync<QuaiException>(() => build.ReadAsync(Graph.Source(url), "/f"));
        Assert.Equal(ErrorKind.Unauthorized, error.Kind);
        Assert.Contains("invalid response status 401", error.Message, StringComparison.Ordinal);

        build.Session.Secrets["HTTP_AUTH_TOKEN_" + server.Address] = "token\n";
        Assert.Equal("by token", await build.ReadAsync(Graph.Source(url), "/f"));
        build.Session.Secrets["mine"] = "Basic header";
        Assert.Equal("by header", await build.ReadAsync(Graph.Source(url, ("http.authheadersecret", "mine")), "/f"));
    }

    [Fact]
    public async Task A_short_answer_is_no_file()
    {
        await using var server = new FakeRegistry(_ => FakeRegistry.Respond(200, "short"u8.ToArray(), 100));
        await using BuildFixture build = await BuildFixture.OpenAsync();
        QuaiException error = await Assert.ThrowsAnyAsync<QuaiException>(() => build.ReadAsync(Graph.Source($"http://{server.Address}/f"), "/f"));
        Assert.Equal(ErrorKind.Unavailable, error.Kind);
    }

    [Fact]
    public async Task An_upload_of_the_client_is_a_file()
    {
        await using BuildFixture build = await BuildFixture.OpenAsync();
        build.Session.Uploads["abc"] = "sent"u8.ToArray();
        Assert.Equal("sent", await build.ReadAsync(Graph.Source("http://buildkit-session/abc", ("http.filename", "context")), "/context"));
    }

    [Theory]
    [InlineData("http.filename", "../f")]
    [InlineData("http.perm", "rwx")]
    [InlineData("http.checksum", "sha256:1")]
    public async Task A_malformed_attribute_is_refused(string name, string value)
    {
        await using BuildFixture build = await BuildFixture.OpenAsync();
        await Assert.ThrowsAnyAsync<QuaiException>(() => build.ReadAsync(Graph.Source("http://127.0.0.1:1/f", (name, value)), "/f"));
    }
}
