using System.Buffers;
using System.Text;
using System.Text.Json;
using Quai.Engine.Containers;
using Quai.Engine.Containers.Requests;
using Quai.Engine.Containers.Spec;
using Quai.Engine.Containers.Spec.Networking;
using Quai.Engine.Logs.Options;
using Quai.Engine.Logs.Reading;
using Quai.Engine.Specs;
using Quai.Errors;
using Xunit;

namespace Quai.Engine.Tests.Fuzzing;

/// <summary>What images and containers bring: users' files, logs; and small texts of requests.</summary>
[Collection(FuzzingCollection.Name)]
public sealed class FileFuzzTests
{
    [Fact]
    public void A_user_is_found_or_refused() => Fuzz.Holds(new Property("user-files", input =>
    {
        // The user, the groups to add, passwd, group.
        string[] parts = Encoding.UTF8.GetString(input).Split("\n=\n");
        if (parts.Length == 4)
        {
            ResolvedUser user = UserResolver.Resolve(parts[0], parts[2], parts[3], parts[1].Split(','));
            Assert.InRange(user.Uid, 0u, (uint)int.MaxValue);
            Assert.InRange(user.Gid, 0u, (uint)int.MaxValue);
            Assert.All(user.AdditionalGids, gid => Assert.InRange(gid, 0u, (uint)int.MaxValue));
        }
    })
    {
        Seeds = TextMutator.Seeds(
            "user:extra\n=\nwheel,5\n=\nroot:x:0:0:root:/root:/bin/sh\nuser:x:1000:1000:user:/home/user:/bin/sh\n\n=\nroot:x:0:\nwheel:x:10:root,user\nextra:x:1234:user\n", "1000\n=\n0\n=\nuser:x:1000:1000::/h:\n\n=\n", "user\n=\n0\n=\nuser:x:1000:1000::/h:\n\n=\nlarge:x:4294967296:user\nnegative:x:-1:user\n"),
        Mutate = TextMutator.With(":", "\n", "\n=\n", "user", "root", ",", "x:", "0", "4294967295", "4294967296", "-1", "2147483648", "+5", ":::::"),
    });

    [Fact]
    public void A_log_is_read() => Fuzz.Holds(new Property("log-lines", input =>
    {
        var reader = new LogLine(new LogsRequest(true, true, false, true, true, DateTimeOffset.UnixEpoch, null, null), tty: false);
        var output = new ArrayBufferWriter<byte>();
        foreach (string line in Encoding.Latin1.GetString(input).Split('\n'))
        {
            reader.Write(Encoding.Latin1.GetBytes(line), output);
        }
    })
    {
        Seeds = TextMutator.Seeds("{\"log\":\"hello\\n\",\"stream\":\"stdout\",\"time\":\"2024-01-02T03:04:05.678901234Z\"}\n{\"log\":\"\\u001b\\ud83d\\ude00\",\"stream\":\"stderr\",\"time\":\"2024-01-02T03:04:05Z\",\"attrs\":{\"a\":1}}"),
        Always = JsonMutator.EveryValue("{\"log\":\"hello\\n\",\"stream\":\"stdout\",\"time\":\"2024-01-02T03:04:05.678901234Z\"}"u8.ToArray()),
        Mutate = (random, bytes) => random.Next(2) == 0 ? JsonMutator.Mutate(random, bytes) : TextMutator.With("{\"log\":", "\"stream\":", "\"time\":", "\"stderr\"", "\\ud800", "\n", "5", "null", "}")(random, bytes),
    });

    [Fact]
    public void Small_texts_are_read_or_refused() => Fuzz.Holds(new Property("request-texts", input =>
    {
        string text = Encoding.UTF8.GetString(input);
        foreach (Action<string> read in (Action<string>[])[
            t => PortRange.Parse(t), t => LogValues.Size(t), t => LogValues.Duration(t), t => LogUrl.Parse(t), t => Signals.Parse(t), t => SecurityOptions.Parse([t]), t => Attach.DetachKeys.Parse(t), t => SecurityOptions.Parse(t.Split('\n'))])
        {
            try
            {
                read(text);
            }
            catch (QuaiException)
            {
            }
        }
    })
    {
        Seeds = TextMutator.Seeds("80-90/tcp", "1.5g", "SIGTERM", "RTMIN+3", "seccomp=unconfined", "apparmor=a", "no-new-privileges:true", "label=type:x\nsystempaths=unconfined", "ctrl-p,ctrl-q", "seccomp={\"defaultAction\":\"SCMP_ACT_ALLOW\"}"),
        Mutate = TextMutator.With("-", "/", "tcp", "sctp", "65536", "SIG", "RTMAX-", "=", ":", "seccomp=", "label=", "ctrl-", "@", ",", "k", "99999999999999999999"),
    });
}
