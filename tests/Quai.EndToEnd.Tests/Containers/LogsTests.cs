using System.Globalization;

namespace Quai.EndToEnd.Tests.Containers;

/// <summary><c>docker logs</c>.</summary>
public sealed class LogsTests(QuaidInstance engine) : IClassFixture<QuaidInstance>
{
    private const string Image = BusyboxImage.Name;
    private readonly DockerClient _docker = engine.Docker;

    [Fact]
    public async Task Shows_both_streams_apart_after_the_end()
    {
        string name = engine.Name();
        (await _docker.RunAsync($"run --name {name} {Image} sh -c 'echo one; echo two >&2; echo three; printf last'")).Expect(0, "one\nthree\nlast", "two\n");
        (await _docker.RunAsync($"logs {name}")).Expect(0, "one\nthree\nlast", "two\n");
    }

    [Theory]
    [InlineData("--tail 2", "9\n10\n")]
    [InlineData("-n 1", "10\n")]
    [InlineData("--tail 0", "")]
    [InlineData("--tail all", "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n")]
    [InlineData("--tail 100", "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n")]
    public async Task Tail(string option, string expected)
    {
        string name = engine.Name();
        await _docker.RunAsync($"run --name {name} {Image} seq 1 10");
        (await _docker.RunAsync($"logs {option} {name}")).Expect(0, expected, "");
    }

    [Fact]
    public async Task Timestamps_are_rfc3339_with_nine_digits_and_ascend()
    {
        string name = engine.Name();
        DateTimeOffset before = DateTimeOffset.UtcNow.AddSeconds(-2);
        await _docker.RunAsync($"run --name {name} {Image} seq 1 3");
        string[] lines = (await _docker.OkAsync($"logs -t {name}")).Split('\n');
        Assert.Equal(3, lines.Length);
        DateTimeOffset last = before;
        for (int i = 0; i < lines.Length; i++)
        {
            string[] words = lines[i].Split(' ');
            Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$", words[0]);
            DateTimeOffset time = DateTimeOffset.Parse(words[0], CultureInfo.InvariantCulture);
            Assert.True(time >= last, $"{time:o} is before {last:o}");
            last = time;
            Assert.Equal((i + 1).ToString(CultureInfo.InvariantCulture), words[1]);
        }
    }

    [Fact]
    public async Task Since_and_until_cut_by_time()
    {
        string name = engine.Name();
        await _docker.RunAsync($"run --name {name} {Image} sh -c 'echo early; sleep 1.2; echo late'");
        string[] stamped = (await _docker.OkAsync($"logs -t {name}")).Split('\n');
        DateTimeOffset early = DateTimeOffset.Parse(stamped[0].Split(' ')[0], CultureInfo.InvariantCulture);
        string between = early.AddSeconds(0.6).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'", CultureInfo.InvariantCulture);
        (await _docker.RunAsync($"logs --since {between} {name}")).Expect(0, "late\n", "");
        (await _docker.RunAsync($"logs --until {between} {name}")).Expect(0, "early\n", "");
        (await _docker.RunAsync($"logs --since 1h {name}")).Expect(0, "early\nlate\n", "");
    }

    [Fact]
    public async Task Follow_shows_what_comes_and_ends_with_the_container()
    {
        string name = engine.Name();
        await _docker.OkAsync($"run -d --name {name} {Image} sh -c 'echo first; while ! test -e /tmp/go; do sleep 0.05; done; echo second; echo third >&2'");
        await using RunningCommand follow = _docker.Start($"logs -f {name}");
        await follow.WaitForStdoutAsync("first\n");
        Assert.Equal("first\n", follow.Stdout);
        await _docker.OkAsync($"exec {name} touch /tmp/go");
        (await follow.WaitForExitAsync()).Expect(0, "first\nsecond\n", "third\n");
    }

    [Fact]
    public async Task Follow_with_tail_skips_the_old()
    {
        string name = engine.Name();
        await _docker.OkAsync($"run -d --name {name} {Image} sh -c 'seq 1 100; while ! test -e /tmp/go; do sleep 0.05; done; echo new'");
        await Eventually.HoldsAsync(async () => (await _docker.OkAsync($"logs {name}")).EndsWith("100", StringComparison.Ordinal) ? null : "no 100 yet");
        await using RunningCommand follow = _docker.Start($"logs -f --tail 1 {name}");
        await follow.WaitForStdoutAsync("100\n");
        await _docker.OkAsync($"exec {name} touch /tmp/go");
        (await follow.WaitForExitAsync()).Expect(0, "100\nnew\n", "");
    }

    [Fact]
    public async Task Follow_ends_when_the_container_has_ended_already()
    {
        string name = engine.Name();
        await _docker.RunAsync($"run --name {name} {Image} echo over");
        (await _docker.RunAsync($"logs -f {name}")).Expect(0, "over\n", "");
    }

    [Fact]
    public async Task Long_lines_and_many_lines_are_whole()
    {
        string name = engine.Name();
        await _docker.OkAsync($"run -d --name {name} {Image} sh -c 'seq 1 50000; head -c 100000 /dev/zero | tr \"\\\\0\" x; echo'");
        Assert.Equal("0", await _docker.OkAsync($"wait {name}"));
        CommandResult logs = (await _docker.RunAsync($"logs {name}")).Expect(0, stderr: "");
        Assert.Equal(string.Concat(Enumerable.Range(1, 50000).Select(i => i.ToString(CultureInfo.InvariantCulture) + "\n")) + new string('x', 100000) + "\n", logs.Stdout);
    }

    [Fact]
    public async Task Bytes_that_are_no_text_do_not_break_it()
    {
        string name = engine.Name();
        await _docker.RunAsync($"run --name {name} {Image} sh -c 'printf \"tab\\\\tquote\\\\042back\\\\134 umlaut \\\\303\\\\244 \\\\001end\\\\n\"'");
        (await _docker.RunAsync($"logs {name}")).Expect(0, "tab\tquote\"back\\ umlaut ä \u0001end\n", "");
    }

    [Fact]
    public async Task A_restarted_containers_log_goes_on()
    {
        string name = engine.Name();
        await _docker.RunAsync($"run --name {name} {Image} echo again");
        await _docker.RunAsync($"start -a {name}");
        (await _docker.RunAsync($"logs {name}")).Expect(0, "again\nagain\n", "");
    }

    [Fact]
    public async Task Driver_none_keeps_none()
    {
        string name = engine.Name();
        (await _docker.RunAsync($"run --log-driver none --name {name} {Image} echo gone")).Expect(0, "gone\n");
        (await _docker.RunAsync($"logs {name}")).ExpectFailure(1, "configured logging driver does not support reading");
    }

    [Fact]
    public async Task Rotation_keeps_the_newest()
    {
        string name = engine.Name();
        await _docker.RunAsync($"run --log-opt max-size=20k --log-opt max-file=2 --name {name} {Image} seq 1 5000");
        string[] lines = (await _docker.OkAsync($"logs {name}")).Split('\n');
        Assert.Equal("5000", lines[^1]);
        Assert.InRange(lines.Length, 50, 1500);
        Assert.Equal(Enumerable.Range(5001 - lines.Length, lines.Length).Select(i => i.ToString(CultureInfo.InvariantCulture)), lines);
        (await _docker.RunAsync($"logs --tail 3 {name}")).Expect(0, "4998\n4999\n5000\n");
    }

    [Fact]
    public async Task An_unknown_container_is_named() =>
        (await _docker.RunAsync("logs no-such-container")).Expect(1, "", "Error response from daemon: No such container: no-such-container\n");
}
