using Quai.Errors;
using Quai.Registry.Tests;

namespace Quai.Build.Tests.Sources;

public sealed class GitAccessTests
{
    [Theory]
    [InlineData("GIT_AUTH_TOKEN", "t", "basic eC1hY2Nlc3MtdG9rZW46dA==")]
    [InlineData("GIT_AUTH_HEADER", "Bearer x", "Bearer x")]
    [InlineData("GIT_AUTH_TOKEN.{host}", "t", "basic eC1hY2Nlc3MtdG9rZW46dA==")]
    public async Task Secrets_of_the_client_authorize(string secret, string value, string header)
    {
        await using var server = new FakeRegistry(_ => FakeRegistry.Respond(401, "", "WWW-Authenticate: Basic realm=\"x\""));
        await using BuildFixture build = await BuildFixture.OpenAsync();
        build.Session.Secrets[secret.Replace("{host}", server.Address, StringComparison.Ordinal)] = value;
        QuaiException error = await Assert.ThrowsAnyAsync<QuaiException>(() => build.ListAsync(Source(server), "/"));
        Assert.Contains("failed to fetch remote", error.Message, StringComparison.Ordinal);
        Assert.Contains(server.Requests, r => r.Header("Authorization") == header);
    }

    [Fact]
    public async Task Nobody_is_asked_for_a_password()
    {
        await using var server = new FakeRegistry(_ => FakeRegistry.Respond(401, "", "WWW-Authenticate: Basic realm=\"x\""));
        await using BuildFixture build = await BuildFixture.OpenAsync();
        QuaiException error = await Assert.ThrowsAnyAsync<QuaiException>(() => build.ListAsync(Source(server), "/"));
        Assert.Equal(ErrorKind.Unauthorized, error.Kind);
    }

    private static BuildProtocol.Llb.Definition Source(FakeRegistry server) => Graph.Source(
        $"git://{server.Address}/y.git", ("git.fullurl", $"http://{server.Address}/y.git"), ("git.authtokensecret", "GIT_AUTH_TOKEN"), ("git.authheadersecret", "GIT_AUTH_HEADER"));
}
