using System.Text;
using Quai.Daemon.Configuration;
using Quai.Daemon.Http;

namespace Quai.Daemon.Tests.Fuzzing;

/// <summary>Configuration files as dockerd's users have them, and command lines.</summary>
[Collection(FuzzingCollection.Name)]
public sealed class ConfigurationFuzzTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Fact]
    public void A_file_is_read_or_refused()
    {
        byte[] file = """
            {"debug":true,"hosts":["unix:///x","tcp://127.0.0.1:1"],"labels":["a=b"],"mtu":1400,"data-root":"/d","exec-root":"/e","bridge":"br9","bip":"10.1.2.3/24","dns":["1.2.3.4"],"icc":false,"log-driver":"json-file","log-opts":{"max-size":"1m"},
             "runtimes":{"crun":{"path":"/usr/bin/crun","runtimeArgs":["a"]}},"default-ulimits":{"nofile":{"Name":"nofile","Soft":1,"Hard":2}},"default-address-pools":[{"base":"10.0.0.0/8","size":24}],"insecure-registries":["a:1"],"registry-mirrors":["https://m"],
             "proxies":{"http-proxy":"http://p","no-proxy":"x"},"builder":{"gc":{}},"storage-driver":"overlay2","default-shm-size":"1g","live-restore":true,"max-concurrent-downloads":3,"shutdown-timeout":5,"tls":false,"userland-proxy":false,"features":{"a":true},"seccomp-profile":"x"}
            """u8.ToArray();
        Fuzz.Holds(new Property("daemon-config", input =>
        {
            File.WriteAllBytes(_file, input);
            Settings settings = ConfigurationFile.Read(_file, required: true);
            DaemonConfiguration.From(settings, (_file, true));
        })
        {
            Seeds = [file], Always = JsonMutator.EveryValue(file), Mutate = JsonMutator.Mutate,
        });
    }

    [Fact]
    public void A_command_line_is_read_or_refused() => Fuzz.Holds(new Property("daemon-flags", input => DaemonConfiguration.From(Arguments.Parse(Encoding.UTF8.GetString(input).Split('\n')), ("", false)))
    {
        Seeds = TextMutator.Seeds("-D\n-Hunix:///a\n-H\ntcp://1.2.3.4\n--label=a=b\n--icc=false\n-Dl\nwarn\n--mtu=1400", "--bip\n10.1.2.3/24\n--default-ulimit\nnofile=1:2\n--default-shm-size\n1g\n--log-opt\nmax-size=1m\n--dns\n::1\n--add-runtime\na=/b"),
        Mutate = TextMutator.With("\n", "-", "--", "=", "--bip\n", "--dns\n", "--mtu\n", "--host\n", "tcp://[::1]:1", "unix://", "fd://", "--default-ulimit\n", "--default-shm-size\n", "--log-opt\n", "max-file=", "--storage-driver\n", "--data-root\n", "--group\n", "--tlsverify", "--fixed-cidr\n", "10.0.0.0/33", "99999999999", "1e9g"),
    });

    [Fact]
    public void A_time_is_read_or_refused() => Fuzz.Holds(new Property("past-time", input => PastTime.Parse(Encoding.UTF8.GetString(input), DateTimeOffset.UnixEpoch))
    {
        Seeds = TextMutator.Seeds("10m", "1h30m", "2024-01-02T03:04:05.678+02:00", "1700000000.123456789", "2024-01-02"),
        Mutate = TextMutator.With("h", "m", "s", "-", "+", ":", "T", "Z", "9999", "99999999999", "-62135596801", "253402300800", ".999999999", "e308"),
    });
}
