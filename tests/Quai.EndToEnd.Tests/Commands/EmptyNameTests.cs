namespace Quai.EndToEnd.Tests.Commands;

/// <summary>What the clients say to names that are empty and to levels that there are not.</summary>
public sealed class EmptyNameTests(QuaidInstance engine) : IClassFixture<QuaidInstance>
{
    private readonly DockerClient _quai = new(engine.Host, engine.Scratch("empty" + Guid.NewGuid().ToString("N")[..8]), Path.Combine(TestEnvironment.BinDirectory, "quai"));

    [Theory]
    [InlineData("inspect ''", "invalid container name or ID: value is empty")]
    [InlineData("inspect ' '", "invalid container name or ID: value is empty")]
    [InlineData("container inspect ''", "invalid container name or ID: value is empty")]
    [InlineData("image inspect ''", "Error: No such image: ")]
    [InlineData("network inspect ''", "invalid network name or ID: value is empty")]
    [InlineData("volume inspect ''", "invalid volume name or ID: value is empty")]
    [InlineData("logs ''", "invalid container name or ID: value is empty")]
    [InlineData("stop ''", "invalid container name or ID: value is empty")]
    [InlineData("exec '' true", "invalid container name or ID: value is empty")]
    [InlineData("volume rm ''", "invalid volume name or ID: value is empty")]
    public async Task An_empty_name_is_refused_by_the_client(string command, string message)
    {
        foreach (DockerClient client in (DockerClient[])[engine.Docker, _quai])
        {
            CommandResult result = (await client.RunAsync(command)).ExpectFailure(1, message);
            Assert.DoesNotContain("from daemon", result.Stderr, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("-l foo ps")]
    [InlineData("--log-level=foo --version")]
    public async Task An_unknown_level_of_logging_is_refused(string command)
    {
        (await engine.Docker.RunAsync(command)).ExpectFailure(1, "Unable to parse logging level: foo");
        (await _quai.RunAsync(command)).ExpectFailure(1, "Unable to parse logging level: foo");
        (await _quai.RunAsync("-l WARN ps -q")).Expect();
    }
}
