using System.Diagnostics;
using System.Net.Sockets;
using Quai.BuildClient.Agents;
using Quai.Errors;

namespace Quai.BuildClient.Tests;

/// <summary>The agent that holds keys of files, asked by OpenSSH's programs.</summary>
public sealed class KeyAgentTests
{
    [Theory]
    [InlineData("-t rsa")]
    [InlineData("-t rsa -b 3071")]
    [InlineData("-t ed25519")]
    [InlineData("-t ecdsa -b 256")]
    [InlineData("-t ecdsa -b 384")]
    [InlineData("-t ecdsa -b 521")]
    [InlineData("-t rsa -m PEM")]
    [InlineData("-t ecdsa -m PEM")]
    [InlineData("-t rsa -m PKCS8")]
    [InlineData("-t ecdsa -b 521 -m PKCS8")]
    [InlineData("-t ed25519", "openssl genpkey -algorithm ed25519 -out key")]
    public async Task What_it_signs_is_signed_by_the_key(string options, string? instead = null)
    {
        using TestFolder folder = new TestFolder().Write("text", "what is signed");
        Run(folder, $"ssh-keygen -q {options} -N '' -C 'its comment' -f key");
        if (instead is not null)
        {
            // OpenSSH writes no such keys, and reads none of them.
            Run(folder, instead);
        }

        var agent = KeyAgent.Load([folder["key"]]);
        using Socket listener = Serve(agent, folder["agent"]);
        string listed = Run(folder, "ssh-add -L");
        if (instead is null)
        {
            string[] expected = File.ReadAllText(folder["key.pub"]).Trim().Split(' ', 3);
            Assert.Equal(expected[..2], listed.Trim().Split(' ', 3)[..2]);
            Assert.Equal(options.Contains("-m", StringComparison.Ordinal) ? "key" : "its comment", listed.Trim().Split(' ', 3)[2]);
        }

        await File.WriteAllTextAsync(folder["listed.pub"], listed);
        Run(folder, "rm key && for i in 1 2 3; do ssh-keygen -q -Y sign -n file -f listed.pub < text > signature && ssh-keygen -q -Y check-novalidate -n file -s signature < text || exit 1; done");
    }

    [Fact]
    public void Hashes_are_those_that_are_asked_for()
    {
        using var folder = new TestFolder();
        Run(folder, "ssh-keygen -q -t rsa -N '' -f key");
        AgentKey key = KeyFile.Read(folder["key"]);
        Assert.Equal(["rsa-sha2-256", "rsa-sha2-512"], new uint[] { 2, 4 }.Select(f => new WireReader(key.Sign("x"u8, f)).Text()));
    }

    [Theory]
    [InlineData("ssh-keygen -q -t ed25519 -N secret -f key", "ssh: this private key is passphrase protected: add it to an agent with ssh-add, and give the agent's socket")]
    [InlineData("ssh-keygen -q -t rsa -m PEM -N secret -f key", "ssh: this private key is passphrase protected: add it to an agent with ssh-add, and give the agent's socket")]
    [InlineData("ssh-keygen -q -t ecdsa -m PKCS8 -N secret -f key", "ssh: this private key is passphrase protected: add it to an agent with ssh-add, and give the agent's socket")]
    [InlineData("ssh-keygen -q -t ed25519 -N '' -f key && mv key.pub key", "ssh: no key found")]
    [InlineData("head -c 200000 /dev/zero > key", "it has 200000 bytes, which is no key")]
    [InlineData("printf -- '-----BEGIN OPENSSH PRIVATE KEY-----\\nb3BlbnNzaC1rZXktdjEA\\n-----END OPENSSH PRIVATE KEY-----\\n' > key", "it ends too early")]
    [InlineData("printf -- '-----BEGIN RSA PRIVATE KEY-----\\nMAA=\\n-----END RSA PRIVATE KEY-----\\n' > key", "the key in it is malformed")]
    [InlineData("printf -- '-----BEGIN PRIVATE KEY-----\\nMAA=\\n-----END PRIVATE KEY-----\\n' > key", "the key in it is malformed")]
    [InlineData("printf -- '-----BEGIN DSA PRIVATE KEY-----\\nMAA=\\n-----END DSA PRIVATE KEY-----\\n' > key", "ssh: unsupported key type \"DSA PRIVATE KEY\"")]
    public void What_is_no_key_is_told(string make, string reason)
    {
        using var folder = new TestFolder();
        Run(folder, make);
        Assert.Equal($"failed to parse {folder["key"]}: {reason}", Assert.Throws<QuaiException>(() => KeyAgent.Load([folder["key"]])).Message);
    }

    [Fact]
    public void Whatever_is_cut_off_or_changed_is_refused_and_nothing_else()
    {
        using var folder = new TestFolder();
        foreach (string options in (string[])["-t ed25519", "-t rsa -b 2048", "-t ecdsa", "-t rsa -m PKCS8 -b 2048"])
        {
            Run(folder, $"rm -f key* && ssh-keygen -q {options} -N '' -f key");
            string[] lines = File.ReadAllLines(folder["key"]);
            byte[] bytes = Convert.FromBase64String(string.Concat(lines[1..^1]));
            var random = new Random(7);
            for (int i = 0; i < 300; i++)
            {
                byte[] other = i % 2 == 0 ? bytes[..random.Next(bytes.Length)] : [.. bytes];
                if (i % 2 == 1)
                {
                    other[random.Next(other.Length)] ^= (byte)(1 << random.Next(8));
                }

                try
                {
                    KeyFile.Parse($"{lines[0]}\n{Convert.ToBase64String(other)}\n{lines[^1]}\n", "it");
                }
                catch (QuaiException)
                {
                    // As it should be.
                }
            }
        }
    }

    [Fact]
    public void Questions_that_it_does_not_know_are_refused()
    {
        using var folder = new TestFolder();
        Run(folder, "ssh-keygen -q -t ed25519 -N '' -f key");
        var agent = KeyAgent.Load([folder["key"]]);
        foreach (byte[] question in (byte[][])[[13], [13, 0, 0, 0, 9], [17, 1, 2], [19], [22, 0, 0, 0, 0], [27, 0, 0, 0, 1, 65], new WireWriter().Byte(13).Text("other").Text("data").Number(0).Written])
        {
            Assert.Equal([5], agent.Answer(question));
        }
    }

    private static string Run(TestFolder folder, string script)
    {
        using Process process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", script])
        {
            WorkingDirectory = folder.Path, Environment = { ["SSH_AUTH_SOCK"] = folder["agent"] }, RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{script}: {output}{errors.Result}");
        return output;
    }

    private static Socket Serve(KeyAgent agent, string path)
    {
        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen();
        _ = Task.Run(async () =>
        {
            try
            {
                while (true)
                {
                    await using var stream = new NetworkStream(await listener.AcceptAsync(), ownsSocket: true);
                    await agent.ServeAsync(stream, CancellationToken.None);
                }
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // The test has ended.
            }
        });
        return listener;
    }
}
