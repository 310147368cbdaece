using System.Text;
using Quai.Api.Containers;
using Quai.Engine.Containers;
using Quai.Errors;
using Xunit;

namespace Quai.Engine.Tests;

[Collection(nameof(TestEngine))]
public sealed class LogTests(TestEngine engine)
{
    [Fact]
    public async Task Lines_are_there_from_the_beginning_or_only_the_last()
    {
        (_, _, string id) = await engine.RunAsync(["seq", "1", "1000"]);
        Assert.Equal(string.Concat(Enumerable.Range(1, 1000).Select(i => i + "\n")), await engine.LogsAsync(id));
        Assert.Equal("999\n1000\n", await engine.LogsAsync(id, tail: 2));
        Assert.Equal("", await engine.LogsAsync(id, tail: 0));
        Assert.Equal(1000, (await engine.LogsAsync(id, tail: 5000)).Count(c => c == '\n'));
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z 1000\n$", await engine.LogsAsync(id, tail: 1, timestamps: true));
        await engine.RemoveAsync(id);
    }

    [Fact]
    public async Task Following_sees_every_line_and_ends_with_the_container()
    {
        string id = await engine.StartAsync(["sh", "-c", "for i in $(seq 1 200); do echo line $i; sleep 0.002; done"]);
        string followed = await engine.LogsAsync(id, follow: true).WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Equal(string.Concat(Enumerable.Range(1, 200).Select(i => $"line {i}\n")), followed);
        await engine.RemoveAsync(id);
    }

    [Fact]
    public async Task Rotation_loses_nothing_that_is_kept_and_following_goes_on_over_it()
    {
        string id = await engine.StartAsync(
            ["sh", "-c", "for i in $(seq 1 300); do echo this is line $i of a log that is rotated; sleep 0.001; done"],
            r => r.HostConfig!.LogConfig = new() { Type = "json-file", Config = new() { ["max-size"] = "4k", ["max-file"] = "3" } });
        string followed = await engine.LogsAsync(id, follow: true).WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Equal(string.Concat(Enumerable.Range(1, 300).Select(i => $"this is line {i} of a log that is rotated\n")), followed);
        string log = (await engine.InspectAsync(id)).LogPath;
        Assert.True(File.Exists(log + ".1"));
        Assert.False(File.Exists(log + ".3"));
        Assert.EndsWith("this is line 300 of a log that is rotated\n", await engine.LogsAsync(id));
        Assert.Equal(60, (await engine.LogsAsync(id, tail: 60)).Count(c => c == '\n'));
        await engine.RemoveAsync(id);
    }

    [Fact]
    public async Task Frames_tell_the_stream_and_only_wanted_streams_come()
    {
        (_, _, string id) = await engine.RunAsync(["sh", "-c", "echo out; echo err >&2"]);
        var bytes = new MemoryStream();
        await foreach (ReadOnlyMemory<byte> chunk in await engine.Containers.LogsAsync(id, new LogsRequest(false, true, false, false, false, null, null, null), CancellationToken.None))
        {
            bytes.Write(chunk.Span);
        }

        Assert.Equal([2, 0, 0, 0, 0, 0, 0, 4, .. Encoding.ASCII.GetBytes("err\n")], bytes.ToArray());
        await engine.RemoveAsync(id);
    }

    [Fact]
    public async Task Times_bound_what_is_sent()
    {
        (_, _, string id) = await engine.RunAsync(["sh", "-c", "echo one; sleep 0.3; echo two"]);
        string first = await engine.LogsAsync(id, timestamps: true);
        DateTimeOffset between = DateTimeOffset.Parse(first.Split(' ')[0]).AddMilliseconds(100);
        Assert.Equal("two\n", await TextAsync(new LogsRequest(true, true, false, false, false, between, null, null)));
        Assert.Equal("one\n", await TextAsync(new LogsRequest(true, true, false, false, false, null, between, null)));
        await engine.RemoveAsync(id);

        async Task<string> TextAsync(LogsRequest request)
        {
            var bytes = new MemoryStream();
            await foreach (ReadOnlyMemory<byte> chunk in await engine.Containers.LogsAsync(id, request, CancellationToken.None))
            {
                bytes.Write(chunk.Span);
            }

            return Frames.Text(bytes.ToArray(), false);
        }
    }

    [Fact]
    public async Task Without_a_log_there_is_nothing_to_read()
    {
        (_, string output, string id) = await engine.RunAsync(["echo", "seen"], r => r.HostConfig!.LogConfig = new() { Type = "none" });
        Assert.Equal("seen\n", output);
        QuaiException e = await Assert.ThrowsAsync<QuaiException>(() => engine.LogsAsync(id));
        Assert.Equal("configured logging driver does not support reading", e.Message);
        await engine.RemoveAsync(id);
    }
}
