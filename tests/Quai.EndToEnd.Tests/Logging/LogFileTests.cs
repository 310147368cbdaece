using System.IO.Compression;

namespace Quai.EndToEnd.Tests.Logging;

/// <summary>Logs that are files: rotation, compression, attributes; and the local copy of those that are not.</summary>
public sealed class LogFileTests(QuaidInstance engine) : IClassFixture<QuaidInstance>
{
    private const string Image = BusyboxImage.Name;
    private readonly DockerClient _docker = engine.Docker;

    [Theory]
    [InlineData("json-file", "")]
    [InlineData("local", "")]
    [InlineData("syslog", "cache-")]
    public async Task Compressed_files_are_read_like_others(string driver, string prefix)
    {
        await using RecordingServer server = RecordingServer.Udp();
        string name = engine.Name(), more = driver == "syslog" ? $"--log-opt syslog-address=udp://127.0.0.1:{server.Port}" : "";
        await _docker.OkAsync($"run -d --name {name} --log-driver {driver} {more} --log-opt {prefix}max-size=20k --log-opt {prefix}max-file=100 --log-opt {prefix}compress=true {Image} sh -c 'while ! test -e /tmp/go; do sleep 0.05; done; for i in $(seq 1 2000); do echo this is line $i; done'");
        await using RunningCommand follow = _docker.Start($"logs -f {name}");
        await _docker.OkAsync($"exec {name} touch /tmp/go");
        string all = string.Concat(Enumerable.Range(1, 2000).Select(i => $"this is line {i}\n"));
        CommandResult followed = await follow.WaitForExitAsync();
        followed.Expect(0, all, "");
        (await _docker.RunAsync($"logs {name}")).Expect(0, all, "");
        (await _docker.RunAsync($"logs --tail 1500 {name}")).Expect(0, string.Concat(Enumerable.Range(501, 1500).Select(i => $"this is line {i}\n")), "");
        if (TestEnvironment.ForeignEngine is null)
        {
            string folder = Path.Combine(engine.Root, "data", "containers", await _docker.OkAsync($"inspect -f {{{{.Id}}}} {name}"));
            string packed = Directory.GetFiles(folder, "*.1.gz", SearchOption.AllDirectories).Single();
            using var reader = new StreamReader(new GZipStream(File.OpenRead(packed), CompressionMode.Decompress));
            Assert.StartsWith("{\"log\":\"this is line ", await reader.ReadLineAsync(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Details_are_the_attributes()
    {
        string name = engine.Name();
        await _docker.OkAsync($"run --name {name} --label 'a/b=c,d e' --label x1=y --label z=no -e V=w --log-opt labels=a/b --log-opt labels-regex=^x --log-opt env=V --log-opt 'tag={{{{.Name}}}}' {Image} echo line");
        (await _docker.RunAsync($"logs --details {name}")).Expect(0, $"V=w,a%2Fb=c%2Cd+e,tag={name},x1=y line\n", "");
        (await _docker.RunAsync($"logs {name}")).Expect(0, "line\n", "");
        Assert.Equal("map[env:V labels:a/b labels-regex:^x tag:{{.Name}}]", await _docker.OkAsync($"inspect -f {{{{.HostConfig.LogConfig.Config}}}} {name}"));
    }

    [Theory]
    [InlineData("--log-opt max-size=abc", "invalid size: 'abc'")]
    [InlineData("--log-opt max-size=0", "max-size must be a positive number")]
    [InlineData("--log-opt max-file=x", "strconv.Atoi: parsing \"x\": invalid syntax")]
    [InlineData("--log-opt max-file=0", "max-file cannot be less than 1")]
    [InlineData("--log-opt compress=true", "compress cannot be true when max-file is less than 2 or max-size is not set")]
    [InlineData("--log-opt 'tag={{.Nope}}'", "template: log-tag:1:2: executing \"log-tag\" at <.Nope>: can't evaluate field Nope in type *logger.Info")]
    [InlineData("--log-opt 'tag={{.ID'", "template: log-tag:1: unclosed action")]
    [InlineData("--log-opt 'labels-regex=('", "error parsing regexp: missing closing ): `(`")]
    [InlineData("--log-driver local --log-opt max-file=-1", "max file count cannot be less than 0")]
    [InlineData("--log-driver local --log-opt max-file=1", "compression cannot be enabled when max file count is 1")]
    [InlineData("--log-driver local --log-opt compress=x", "error reading compress log option: strconv.ParseBool: parsing \"x\": invalid syntax")]
    [InlineData("--log-driver syslog --log-opt syslog-address=tcp://127.0.0.1:99999", "dial tcp: address 99999: invalid port")]
    [InlineData("--log-driver fluentd --log-opt fluentd-address=unix:///nosuch", "dial unix /nosuch: connect: no such file or directory")]
    [InlineData("--log-driver gelf --log-opt gelf-address=tcp://127.0.0.1:1", "gelf: cannot connect to GELF endpoint: 127.0.0.1:1 dial tcp 127.0.0.1:1: connect: connection refused")]
    public async Task What_only_a_start_can_tell_is_refused_then(string options, string message)
    {
        string name = engine.Name();
        await _docker.OkAsync($"create --name {name} {options} {Image} true");
        CommandResult result = await _docker.RunAsync($"start {name}");
        Assert.Contains($"Error response from daemon: failed to create task for container: failed to initialize logging driver: {message}\n", result.Stderr, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_flood_is_complete()
    {
        string name = engine.Name();
        await _docker.OkAsync($"run --name {name} --log-opt max-size=1g {Image} sh -c 'seq 1 300000'");
        string[] sums = (await _docker.ShellAsync($"docker logs {name} | md5sum; seq 1 300000 | md5sum")).Text.Split('\n');
        Assert.Equal(sums[1], sums[0]);
    }
}
