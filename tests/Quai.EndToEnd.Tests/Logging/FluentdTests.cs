using System.Text;
using System.Text.RegularExpressions;

namespace Quai.EndToEnd.Tests.Logging;

/// <summary>Logs to fluentd.</summary>
public sealed class FluentdTests(QuaidInstance engine) : IClassFixture<QuaidInstance>
{
    private const string Image = BusyboxImage.Name;
    private readonly DockerClient _docker = engine.Docker;

    [Fact]
    public async Task Messages_have_tag_time_record_and_no_options()
    {
        await using RecordingServer server = RecordingServer.Tcp();
        string name = engine.Name();
        await _docker.OkAsync($"run --name {name} --log-driver fluentd --log-opt fluentd-address=127.0.0.1:{server.Port} --log-opt tag=T --log-opt env=E -e E=v {Image} echo hello");
        string id = await _docker.OkAsync($"inspect -f {{{{.Id}}}} {name}");
        await Eventually.HoldsAsync(() => server.Text.EndsWith('\u0080') ? null : server.Text);
        string expected = $"\u0094\u00a1TTIME\u0085\u00a1E\u00a1v\u00accontainer_id\u00d9@{id}\u00aecontainer_name{(char)(0xA0 + name.Length + 1)}/{name}\u00a6source\u00a6stdout\u00a3log\u00a5hello\u0080";
        Assert.Equal(expected, Regex.Replace(server.Text, "\u00d2[\\s\\S]{4}\u0085", "TIME\u0085"));
    }

    [Fact]
    public async Task The_program_waits_for_a_server_that_is_away_and_loses_nothing()
    {
        RecordingServer server = RecordingServer.Tcp();
        int port = server.Port;
        string name = engine.Name();
        await using (server)
        {
            await _docker.OkAsync($"run -d --name {name} --log-driver fluentd --log-opt fluentd-address=127.0.0.1:{port} --log-opt fluentd-retry-wait=100ms --log-opt cache-disabled=true "
                + $"{Image} sh -c 'echo ready; while ! test -e /tmp/go; do sleep 0.05; done; for i in $(seq 1 60); do head -c 100000 /dev/zero | tr \"\\0\" x; echo END; echo $i > /tmp/n; done; touch /tmp/done; sleep 60'");
            await Eventually.HoldsAsync(() => server.Text.Contains("ready", StringComparison.Ordinal) ? null : "not there yet");
        }

        await _docker.OkAsync($"exec {name} touch /tmp/go");
        await Task.Delay(1500);
        Assert.NotEqual(0, (await _docker.RunAsync($"exec {name} test -e /tmp/done")).ExitCode);
        await using RecordingServer next = RecordingServer.Tcp(port);
        await Eventually.HoldsAsync(() => next.Text.Split("END").Length == 61 ? null : $"{next.Text.Split("END").Length - 1} lines");
    }

    [Fact]
    public async Task Without_waiting_for_the_server_and_with_nanoseconds()
    {
        string path = Path.Combine(engine.Scratch("fluentd"), "s"), name = engine.Name();
        await _docker.OkAsync($"run -d --name {name} --log-driver fluentd --log-opt fluentd-address=unix://{path} --log-opt fluentd-async=true --log-opt fluentd-retry-wait=100ms --log-opt fluentd-sub-second-precision=true {Image} sh -c 'echo early; sleep 60'");
        await Task.Delay(200);
        await using RecordingServer server = RecordingServer.Unix(path, datagrams: false);
        await Eventually.HoldsAsync(() => server.Text.Contains("\u00a3log\u00a5early", StringComparison.Ordinal) ? null : "nothing came");
        Assert.Matches("\u00d7\0", server.Text);
    }

    [QuaidFact]
    public async Task What_is_not_acknowledged_is_sent_again()
    {
        int answers = 0;
        await using RecordingServer server = RecordingServer.Tcp(answer: message =>
        {
            // The first one is answered with what belongs to nothing.
            string text = Encoding.Latin1.GetString(message);
            int at = text.IndexOf("\u00a5chunk\u00b8", StringComparison.Ordinal);
            return Encoding.Latin1.GetBytes("\u0081\u00a3ack\u00b8" + (answers++ == 0 || at < 0 ? new string('x', 24) : text.Substring(at + 7, 24)));
        });
        string name = engine.Name();
        await _docker.OkAsync($"run -d --name {name} --log-driver fluentd --log-opt fluentd-address=127.0.0.1:{server.Port} --log-opt fluentd-request-ack=true --log-opt fluentd-retry-wait=100ms {Image} sh -c 'echo one; sleep 60'");
        await Eventually.HoldsAsync(() => answers == 2 ? null : $"{answers} answers");
        string[] ids = [.. server.Text.Split("\u00a5chunk\u00b8").Skip(1).Select(t => t[..24])];
        Assert.Equal(2, ids.Length);
        Assert.Equal(ids[0], ids[1]);
        Assert.Equal(2, server.Connections);
    }
}
