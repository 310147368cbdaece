using System.Net.Sockets;
using System.Text;
using Quai.Api;
using Quai.Daemon.Http;
using Quai.Registry;

namespace Quai.Daemon.Tests.Fuzzing;

/// <summary>
/// Requests of any kind to the API. An input is a line with method and target, header lines, an empty line, and the body. Each gets an answer, and none
/// makes the daemon fail in an unforeseen way, which its log would show.
/// </summary>
[Collection(FuzzingCollection.Name)]
public sealed class RequestFuzzTests
{
    private static readonly string[] s_targets =
    [
        "GET /containers/json?all=1&limit=5&size=1&filters={\"status\":[\"running\"]}", "GET /containers/a/json?size=1", "GET /containers/a/logs?stdout=1&since=1.5&until=2&tail=5", "GET /containers/a/top?ps_args=-ef", "GET /containers/a/stats?stream=0",
        "POST /containers/a/start?detachKeys=ctrl-p", "POST /containers/a/stop?t=5&signal=9", "POST /containers/a/kill?signal=TERM", "POST /containers/a/rename?name=b", "POST /containers/a/resize?h=1&w=2", "POST /containers/a/wait?condition=removed", "DELETE /containers/a?v=1&force=1",
        "POST /containers/prune?filters={\"until\":[\"10m\"]}", "GET /containers/a/archive?path=/x", "HEAD /containers/a/archive?path=/x", "GET /containers/a/changes", "POST /exec/a/resize?h=1&w=2", "GET /exec/a/json", "GET /images/json?all=1&filters={\"reference\":[\"a*\"]}&manifests=1", "GET /images/a/b:c/json?platform={\"os\":\"linux\"}",
        "GET /images/a/history", "POST /images/a/tag?repo=b&tag=c", "DELETE /images/a?force=1&noprune=1&platforms=[]", "POST /images/prune?filters={\"dangling\":{\"true\":true}}", "POST /images/create?fromImage=a&tag=b&platform=linux", "POST /images/create?fromSrc=-&repo=a&changes=CMD+x", "POST /images/a/push?tag=b", "GET /images/search?term=a&limit=5&filters={\"stars\":[\"3\"]}",
        "GET /images/get?names=a&names=b", "GET /distribution/a/json", "GET /volumes?filters={\"label\":[\"a=b\"]}", "GET /volumes/a", "DELETE /volumes/a?force=1", "POST /volumes/prune?filters={\"all\":[\"1\"]}", "GET /networks?filters={\"driver\":[\"bridge\"]}", "GET /networks/a?scope=local", "POST /networks/create", "POST /networks/a/connect",
        "GET /events?since=1&until=2&filters={\"event\":[\"die\"]}", "GET /system/df?type=image", "GET /info", "GET /version", "GET /_ping", "GET /v1.44/info", "GET /v1.24/containers/json", "OPTIONS /info", "GET /quai/manifests?reference=a", "GET /quai/blobs?repository=a&digest=b", "POST /build?t=a", "POST /swarm/init", "GET /nope",
    ];

    private static readonly string[] s_words =
    [
        "GET ", "POST ", "PUT ", "DELETE ", "HEAD ", "/v1.", "/v99999999999.1", "/..", "%2F", "%00", "%zz", "%ff", "?", "&", "=", "filters=", "filters={}", "filters=[]", "filters={\"a\":null}", "filters={\"\\ud800\":[\"x\"]}", "filters={\"label\":[\"\\ud800\"]}", "filters={\"until\":[\"-99999999999h\"]}", "filters={\"before\":[\"\"]}",
        "since=", "since=-9223372036854775808", "until=-99999999999", "until=", "-9223372036854775808", "9223372036854775807", "-99999999999", "253402300799.999999999", "limit=-1", "tail=-1", "h=99999", "platform={", "platform=\"\\ud800\"", "X-Registry-Auth: e30=\n", "X-Registry-Auth: eyJ1c2VybmFtZSI6Ilx1ZDgwMCJ9\n", "X-Registry-Auth: bnVsbA==\n", "X-Registry-Auth: W10=\n", "X-Registry-Config: e30=\n",
        "Content-Type: application/json\n", "Content-Type: ;\n", "Content-Type: application/x-tar\n", "Transfer-Encoding: chunked\n", "Upgrade: tcp\nConnection: Upgrade\n", "Expect: 100-continue\n", "Range: bytes=5-1\n", "\n\n", "{}", "[]", "null", "\"\\ud800\"", "{\"a\":", "\u0001",
    ];

    [Fact]
    public async Task Any_request_is_answered()
    {
        await using TestServer server = await TestServer.StartAsync();
        Fuzz.Holds(new Property("api-request", input => SendAsync(server, input))
        {
            Seeds = [.. s_targets.Select(t => Encoding.UTF8.GetBytes(t + "\n\n")), .. Bodies().Select(b => With(b.Target, b.Sample))],
            Always = Bodies().SelectMany(b => JsonMutator.EveryValue(b.Sample).Select(body => With(b.Target, body))),
            Mutate = (random, input) => random.Next(3) == 0 ? TextMutator.With(s_words)(random, input) : MutatePart(random, input),
            MaxTime = TimeSpan.FromSeconds(8), MaxAllocation = 256 << 20,
        });
    }

    /// <summary>Every document that clients send, with all its members.</summary>
    private static (string Target, byte[] Sample)[] Bodies()
    {
        ApiJson types = Json.Types;
        return
        [
            ("POST /containers/create?name=a", JsonSamples.Of(types.ContainerCreateRequest)), ("POST /containers/a/update", JsonSamples.Of(types.ContainerUpdateRequest)), ("POST /containers/a/exec", JsonSamples.Of(types.ExecCreateRequest)),
            ("POST /exec/a/start", JsonSamples.Of(types.ExecStartRequest)), ("POST /commit?container=a", JsonSamples.Of(types.ContainerConfig)), ("POST /volumes/create", JsonSamples.Of(types.VolumeCreateRequest)), ("POST /quai/signatures?reference=a", JsonSamples.Of(types.SignatureItem)),
            ("POST /auth", JsonSamples.Of(Json.Edited.RegistryAuth)), ("POST /networks/create", JsonSamples.Of(types.NetworkInspect)), ("POST /images/verify", JsonSamples.Of(types.SignatureDocument)),
        ];
    }

    private static byte[] With(string target, byte[] body) => [.. Encoding.UTF8.GetBytes(target + "\nContent-Type: application/json\n\n"), .. body];

    /// <summary>Changes the body as JSON, or what comes before it as text.</summary>
    private static byte[] MutatePart(Random random, byte[] input)
    {
        int end = input.AsSpan().IndexOf("\n\n"u8);
        if (end < 0)
        {
            return TextMutator.With(s_words)(random, input);
        }

        byte[] head = input[..(end + 2)], body = input[(end + 2)..];
        return body.Length > 0 && random.Next(3) != 0 ? [.. head, .. JsonMutator.Mutate(random, body)] : [.. TextMutator.With(s_words)(random, head), .. body];
    }

    private static async Task SendAsync(TestServer server, byte[] input)
    {
        int end = input.AsSpan().IndexOf("\n\n"u8);
        string[] lines = Encoding.UTF8.GetString(end < 0 ? input : input[..end]).Split('\n');
        byte[] body = end < 0 ? [] : input[(end + 2)..];
        string target = Uri.EscapeDataString(lines[0]).Replace("%2F", "/", StringComparison.Ordinal).Replace("%3F", "?", StringComparison.Ordinal).Replace("%26", "&", StringComparison.Ordinal).Replace("%3D", "=", StringComparison.Ordinal)
            .Replace("%20", " ", StringComparison.Ordinal).Replace("%25", "%", StringComparison.Ordinal).Replace("%2B", "+", StringComparison.Ordinal);
        string headers = string.Concat(lines.Skip(1).Select(line => new string([.. line.Where(c => c is >= ' ' and <= '~')]) + "\r\n"));
        server.Log.SetLength(0);
        using Socket socket = await server.ConnectAsync();
        byte[] head = Encoding.ASCII.GetBytes($"{target} HTTP/1.1\r\nHost: d\r\nConnection: close\r\n{headers}Content-Length: {body.Length}\r\n\r\n");
        try
        {
            await socket.SendAsync(head);
            await socket.SendAsync(body);
            socket.Shutdown(SocketShutdown.Send);

            // The first bytes are enough: some answers never end.
            byte[] buffer = new byte[4096];
            Assert.InRange(await socket.ReceiveAsync(buffer).WaitAsync(TimeSpan.FromSeconds(30)), 0, buffer.Length);
        }
        catch (SocketException)
        {
            // Refused before all of the body was read.
        }

        string log = Encoding.UTF8.GetString(server.Log.ToArray());
        string? failure = log.Split('\n').FirstOrDefault(line => line.Contains("unexpected", StringComparison.Ordinal) && line.Contains(" error=", StringComparison.Ordinal) && !IsFakes(line));
        if (failure is not null)
        {
            // The exception and its first frame distinguish one finding from another.
            string[] trace = failure[failure.IndexOf(" error=", StringComparison.Ordinal)..].Split("\\n");
            throw new InvalidOperationException(("failed unexpectedly: " + string.Join(' ', trace.Take(1).Concat(trace.Where(t => t.Contains("at Quai.", StringComparison.Ordinal)).Take(2).Select(t => t.Split(" in ")[0])))).Replace('"', ' '));
        }
    }

    /// <summary>What a fake says of a call that no test expects.</summary>
    private static bool IsFakes(string line) => line.Contains(".Fakes.", StringComparison.Ordinal) || line.Split("\\n")[0].TrimEnd('"').EndsWith("expected", StringComparison.Ordinal);
}
