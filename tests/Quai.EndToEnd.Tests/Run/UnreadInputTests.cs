namespace Quai.EndToEnd.Tests.Run;

/// <summary>Clients that still send when the program has ended: they get its output and its exit code all the same.</summary>
public sealed class UnreadInputTests(QuaidInstance engine) : IClassFixture<QuaidInstance>
{
    private const string Image = BusyboxImage.Name;
    private const int Rounds = 20;
    private readonly DockerClient _docker = engine.Docker;

    [Fact]
    public async Task An_exec_gives_its_exit_code()
    {
        string name = engine.Name();
        await _docker.OkAsync($"run -d --name {name} {Image} sleep 1000");
        await EachTimeAsync($"yes 2>/dev/null | docker exec -i {name} sh -c 'echo out; echo err >&2; exit 3'");
    }

    [Fact]
    public Task A_run_gives_its_exit_code() => EachTimeAsync($"yes 2>/dev/null | docker run --rm -i {Image} sh -c 'echo out; echo err >&2; exit 3'");

    [Fact]
    public async Task An_exec_that_reads_a_part_gives_its_exit_code()
    {
        string name = engine.Name();
        await _docker.OkAsync($"run -d --name {name} {Image} sleep 1000");
        await EachTimeAsync($"yes 2>/dev/null | docker exec -i {name} sh -c 'read x; echo out; echo err >&2; exit 3'");
    }

    private async Task EachTimeAsync(string script)
    {
        for (int i = 0; i < Rounds; i++)
        {
            (await _docker.ShellAsync(script)).Expect(3, "out\n", "err\n");
        }
    }
}
