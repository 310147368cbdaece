namespace Quai.EndToEnd.Tests.Run;

/// <summary>In which order a program's two streams come out.</summary>
public sealed class StreamOrderTests(QuaidInstance engine) : IClassFixture<QuaidInstance>
{
    private const string Image = BusyboxImage.Name;
    private readonly DockerClient _docker = engine.Docker;

    [QuaidFact]
    public async Task What_was_written_to_stdout_first_comes_first()
    {
        // Docker's order is that of two threads: either may come first. Here it is the likelier one, always.
        for (int i = 0; i < 15; i++)
        {
            CommandResult result = await _docker.ShellAsync($"$c run --rm {Image} sh -c 'echo out; echo err >&2' 2>&1".Replace("$c", "docker", StringComparison.Ordinal));
            Assert.Equal("out\nerr\n", result.Stdout);
        }
    }

    [Fact]
    public async Task A_stream_that_floods_does_not_hold_up_the_other()
    {
        CommandResult result = await _docker.RunAsync($"run --rm {Image} sh -c 'head -c 30000000 /dev/zero & i=0; while [ $i -lt 200 ]; do echo $i >&2; i=$((i+1)); done; wait'");
        Assert.Equal(30_000_000, result.Stdout.Length);
        Assert.Equal(string.Concat(Enumerable.Range(0, 200).Select(i => $"{i}\n")), result.Stderr);
    }
}
