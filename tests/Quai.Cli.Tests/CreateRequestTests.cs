using System.Text.Json;
using Quai.Api;
using Quai.Cli.CommandLine;
using Quai.Cli.Containers.Create;
using Quai.Cli.Formatting;
using Xunit;

namespace Quai.Cli.Tests;

/// <summary>The body that options make.</summary>
public sealed class CreateRequestTests
{
    [Fact]
    public void PlainCommand()
    {
        JsonElement body = Build(["-i", "busybox", "sh", "-c", "x"]);
        Assert.Equal("busybox", body.Text("Image"));
        Assert.Equal(["sh", "-c", "x"], body.Texts("Cmd"));
        Assert.True(body.Flag("OpenStdin") && body.Flag("StdinOnce") && body.Flag("AttachStdin") && body.Flag("AttachStdout") && body.Flag("AttachStderr"));
        Assert.Equal("default", body.Member("HostConfig").Text("NetworkMode"));
        Assert.Equal("no", body.Member("HostConfig").Member("RestartPolicy").Text("Name"));
    }

    [Fact]
    public void OnlyTheStreamsNamed()
    {
        JsonElement body = Build(["-a", "STDERR", "-i", "busybox"]);
        Assert.False(body.Flag("AttachStdin") || body.Flag("AttachStdout") || body.Flag("StdinOnce"));
        Assert.True(body.Flag("AttachStderr") && body.Flag("OpenStdin"));
    }

    [Fact]
    public void Limits()
    {
        JsonElement host = Build(["-m", "64m", "--memory-swap", "-1", "--cpus", "1.5", "--pids-limit", "9", "--ulimit", "nofile=1:2", "--shm-size", "1m",
            "--restart", "on-failure:3", "--device-read-bps", "/dev/sda:1mb", "busybox"]).Member("HostConfig");
        Assert.Equal(64 << 20, host.Number("Memory"));
        Assert.Equal(-1, host.Number("MemorySwap"));
        Assert.Equal(1_500_000_000, host.Number("NanoCpus"));
        Assert.Equal(9, host.Number("PidsLimit"));
        Assert.Equal(1 << 20, host.Number("ShmSize"));
        Assert.Equal(3, host.Member("RestartPolicy").Number("MaximumRetryCount"));
        Assert.Equal("""[{"Name":"nofile","Hard":2,"Soft":1}]""", host.Member("Ulimits").GetRawText());
        Assert.Equal("""[{"Path":"/dev/sda","Rate":1048576}]""", host.Member("BlkioDeviceReadBps").GetRawText());
    }

    [Fact]
    public void Mounts()
    {
        JsonElement body = Build(["-v", "/a:/b:ro", "-v", "/anonymous", "-v", "vol:/c", "--tmpfs", "/t:size=1m", "--mount", "type=bind,\"src=/x,y\",dst=/z,readonly", "busybox"]);
        Assert.Equal(["/a:/b:ro", "vol:/c"], body.Member("HostConfig").Texts("Binds"));
        Assert.Equal("""{"/anonymous":{}}""", body.Member("Volumes").GetRawText());
        Assert.Equal("""{"/t":"size=1m"}""", body.Member("HostConfig").Member("Tmpfs").GetRawText());
        Assert.Equal("""[{"Type":"bind","Source":"/x,y","Target":"/z","ReadOnly":true}]""", body.Member("HostConfig").Member("Mounts").GetRawText());
    }

    [Fact]
    public void PortsAreExposedAndBound()
    {
        JsonElement body = Build(["-p", "8080:80", "-p", "8081:80", "--expose", "90-91/udp", "busybox"]);
        Assert.Equal("""{"80/tcp":{},"90/udp":{},"91/udp":{}}""", body.Member("ExposedPorts").GetRawText());
        Assert.Equal("""{"80/tcp":[{"HostIp":"","HostPort":"8080"},{"HostIp":"","HostPort":"8081"}]}""", body.Member("HostConfig").Member("PortBindings").GetRawText());
    }

    [Fact]
    public void Networks()
    {
        JsonElement body = Build(["--net", "name=n,alias=a", "--net-alias", "b", "--ip", "10.0.0.9", "busybox"]);
        Assert.Equal("n", body.Member("HostConfig").Text("NetworkMode"));
        JsonElement endpoint = body.Member("NetworkingConfig").Member("EndpointsConfig").Member("n");
        Assert.Equal("""{"IPv4Address":"10.0.0.9"}""", endpoint.Member("IPAMConfig").GetRawText());
        Assert.Equal(["a", "b"], endpoint.Texts("Aliases"));
    }

    [Fact]
    public void EntrypointMayBeCleared() => Assert.Equal([""], Build(["--entrypoint", "", "busybox"]).Texts("Entrypoint"));

    [Theory]
    [InlineData("--restart=always --rm", "conflicting options: cannot specify both --restart and --rm")]
    [InlineData("--no-healthcheck --health-cmd=x", "--no-healthcheck conflicts with --health-* options")]
    [InlineData("--memory-swappiness=101", "invalid value: 101. Valid memory swappiness range is 0-100")]
    [InlineData("--stop-timeout=99999999999", "invalid argument \"99999999999\" for \"--stop-timeout\" flag: value out of range")]
    [InlineData("--pid=foo", "--pid: invalid PID mode")]
    [InlineData("--mac-address=foo", "foo is not a valid mac address")]
    [InlineData("--security-opt=foo", "Invalid --security-opt: \"foo\"")]
    [InlineData("--restart=on-failure:x", "invalid restart policy format: maximum retry count must be an integer")]
    [InlineData("--env-file=/does/not/exist", "open /does/not/exist: no such file or directory")]
    public void Contradictions(string options, string message)
    {
        ExitException error = Assert.Throws<ExitException>(() => Build([.. options.Split(' '), "busybox"]));
        Assert.Equal(message, error.Message);
        Assert.Equal(125, error.Code);
    }

    private static JsonElement Build(string[] words)
    {
        var set = new FlagSet();
        var flags = new ContainerFlags(set);
        List<string> rest = set.Parse(words, interspersed: false);
        return JsonSerializer.SerializeToElement(new CreateRequest(flags, rest[0], rest[1..], detach: false).Build(), ApiJson.Default.ContainerCreateRequest);
    }
}
