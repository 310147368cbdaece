using Quai.Daemon.Configuration;
using Quai.Errors;

namespace Quai.Daemon.Tests;

/// <summary>Settings are kept, or without effect for a reason, or refused.</summary>
public sealed class RefusedSettingsTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    [Theory]
    [InlineData("--authorization-plugin=opa (authorization-plugins in daemon.json) is not available in this version of Quai, and every client would be allowed everything", "--authorization-plugin", "opa")]
    [InlineData("--userns-remap=default is not available in this version of Quai, and root in a container would be root of the host", "--userns-remap", "default")]
    [InlineData("--selinux-enabled is not available in this version of Quai, and containers would run without labels", "--selinux-enabled")]
    [InlineData("--default-runtime=runsc is not available in this version of Quai, and containers would run in Quai's own runtime", "--default-runtime", "runsc")]
    [InlineData("--storage-opt=overlay2.size=10G (storage-opts in daemon.json) is not available in this version of Quai, and containers could fill the disk", "--storage-opt", "overlay2.size=10G")]
    [InlineData("--exec-opt=isolation=hyperv (exec-opts in daemon.json) is not available in this version of Quai, and containers would be run otherwise than it says", "--exec-opt", "isolation=hyperv")]
    public void What_is_not_available_is_refused(string message, params string[] arguments) =>
        Assert.Equal(message + ": take it out of the configuration to go on without", Refused(arguments));

    [Theory]
    [InlineData("authorization-plugins", "[\"opa\"]")]
    [InlineData("userns-remap", "\"default\"")]
    [InlineData("selinux-enabled", "true")]
    [InlineData("default-runtime", "\"kata\"")]
    [InlineData("storage-opts", "[\"size=1g\"]")]
    public void So_it_is_in_the_file(string name, string value)
    {
        File.WriteAllText(_file, $"{{\"{name}\": {value}}}");
        string message = Assert.Throws<QuaiException>(() => DaemonConfiguration.Load(Arguments.Parse(["--config-file", _file]))).Message;
        Assert.StartsWith($"unable to configure the daemon with file {_file}: --", message, StringComparison.Ordinal);
        Assert.Contains(" is not available in this version of Quai", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--selinux-enabled=false", "--rootless=false", "--userns-remap=", "--default-runtime=runc", "--authorization-plugin=")]
    [InlineData("--default-runtime=io.containerd.runc.v2", "--exec-opt=native.cgroupdriver=systemd", "--storage-opt=overlay2.override_kernel_check=true")]
    [InlineData("--default-runtime=quai", "--userland-proxy=false", "--tls=false", "--icc=false", "--no-new-privileges")]
    public void What_asks_for_what_is_so_anyway_is_taken(params string[] arguments) => Assert.NotNull(From(arguments));

    [Theory]
    [InlineData("{\"authorization-plugins\": [], \"userns-remap\": \"\", \"selinux-enabled\": false, \"storage-opts\": null, \"builder\": {\"gc\": {\"enabled\": true}}}")]
    public void So_it_is_taken_from_the_file(string text)
    {
        File.WriteAllText(_file, text);
        Assert.NotNull(DaemonConfiguration.Load(Arguments.Parse(["--config-file", _file])));
    }

    [Fact]
    public void Every_flag_is_read_or_says_why_not()
    {
        foreach (Flag flag in Flags.All.Where(f => f.HasEffect && f.FileKey.Length > 0))
        {
            Assert.NotEmpty(flag.Help);
            string value = flag.Name switch
            {
                "bip" or "fixed-cidr" => "10.9.0.1/16",
                "bip6" or "fixed-cidr-v6" => "fd00::1/64",
                "default-address-pool" => "base=10.8.0.0/13,size=24",
                "default-network-opt" => "bridge=a=b",
                "bridge-accept-fwmark" => "0x1/0x3",
                "dns" or "ip" or "host-gateway-ip" or "default-gateway" => "127.0.0.1",
                "default-gateway-v6" => "fd00::9",
                "host-firewall" => "ignore",
                "rootless-network" => "auto",
                "host" => "unix:///x",
                "dns-search" => "example.org.",
                "mtu" => "1400",
                "label" => "a=b",
                "default-ulimit" => "nofile=1:2",
                "default-shm-size" => "1m",
                "log-driver" => "none",
                "log-opt" => "max-size=1m",
                "log-format" => "json",
                "log-level" => "debug",
                "registry-mirror" => "https://mirror.example",
                "seccomp-profile" => "unconfined",
                "default-ipc-mode" or "default-cgroupns-mode" => "private",
                _ => flag.Kind switch { FlagKind.Switch => "true", FlagKind.Number => "7", FlagKind.Map => "a=b", _ => "/x" },
            };
            string[] with = flag.Name.StartsWith("tls", StringComparison.Ordinal) ? ["--tlsverify=true"] : [];
            Assert.NotNull(From([.. with, $"--{flag.Name}={value}"]));
        }

        Assert.All(Flags.All.Where(f => !f.HasEffect), f => Assert.True(f.Unneeded is { Length: > 0 } ^ f.Refused is { Loss.Length: > 0 }, f.Name));
    }

    [Fact]
    public void A_flag_that_nothing_reads_is_refused()
    {
        Settings settings = Arguments.Parse(["--mtu=1400", "--dns=1.1.1.1"]);
        Assert.Equal(["mtu", "dns"], settings.Unread);
        _ = settings.Number("mtu", 0);
        Assert.Equal(["dns"], settings.Unread);
    }

    [Theory]
    [InlineData("You specified --iptables=false with --icc=false. ICC=false uses iptables to function. Please set --icc or --iptables to true", "--icc=false", "--iptables=false")]
    [InlineData("--tlscacert is of no use without --tlsverify: anybody could use the API; add --tlsverify, or take it out", "--tlscacert", "/ca.pem")]
    [InlineData("--tlscert is of no use without --tlsverify: anybody could use the API; add --tlsverify, or take it out", "--tls=false", "--tlscert", "/cert.pem")]
    [InlineData("--tlscacert is of no use without --tlsverify: clients' certificates would not be asked for; add --tlsverify, or take it out", "--tlsverify=false", "--tlscacert", "/ca.pem")]
    [InlineData("default IPC mode setting (x) is invalid; use \"shareable\" or \"private\"", "--default-ipc-mode", "x")]
    [InlineData("IPC mode \"host\" is not supported as default value; use \"shareable\" or \"private\"", "--default-ipc-mode", "host")]
    [InlineData("default cgroup namespace mode (x) is invalid; use \"host\" or \"private\"", "--default-cgroupns-mode", "x")]
    [InlineData("invalid ulimit type: nofiles", "--default-ulimit", "nofiles=1")]
    [InlineData("ulimit soft limit must be less than or equal to hard limit: 3 > 2", "--default-ulimit", "nofile=3:2")]
    public void Combinations_and_values_that_would_not_hold_are_refused(string message, params string[] arguments) => Assert.Equal(message, Refused(arguments));

    [Fact]
    public void Tlsverify_switches_tls_on_whatever_it_says()
    {
        Assert.Null(From().Tls);
        Assert.Null(From("--tlsverify=false").Tls!.ClientAuthorityPath);
        Assert.Equal("/ca.pem", From("--tlsverify", "--tlscacert=/ca.pem").Tls!.ClientAuthorityPath);
    }

    [Fact]
    public void Modes_are_the_engine_s()
    {
        Assert.Equal(("private", "private"), (From().Engine.DefaultIpcMode, From().Engine.DefaultCgroupnsMode));
        DaemonConfiguration given = From("--default-ipc-mode=shareable", "--default-cgroupns-mode=host");
        Assert.Equal(("shareable", "host"), (given.Engine.DefaultIpcMode, given.Engine.DefaultCgroupnsMode));
    }

    [Fact]
    public void Limits_of_the_file_are_read_whatever_their_case()
    {
        File.WriteAllText(_file, """{"default-ulimits": {"nproc": {"name": "nproc", "soft": 5, "hard": 6}}}""");
        var limit = Assert.Single(DaemonConfiguration.Load(Arguments.Parse(["--config-file", _file])).Engine.DefaultUlimits);
        Assert.Equal((5, 6), (limit.Soft, limit.Hard));
    }

    [Fact]
    public void A_wrong_seccomp_profile_is_refused_at_once()
    {
        Assert.StartsWith("opening seccomp profile (/nonexistent) failed: ", Refused("--seccomp-profile", "/nonexistent"), StringComparison.Ordinal);
        File.WriteAllText(_file, "{\"defaultAction\": 1}");
        Assert.StartsWith($"seccomp profile {_file}: Decoding seccomp profile failed", Refused("--seccomp-profile", _file), StringComparison.Ordinal);
        File.WriteAllText(_file, "{\"defaultAction\": \"SCMP_ACT_ALLOW\"}");
        Assert.Equal(_file, From("--seccomp-profile", _file).Engine.SeccompProfile);
        Assert.Equal("unconfined", From("--seccomp-profile", "unconfined").Engine.SeccompProfile);
        Assert.Null(From("--seccomp-profile", "builtin").Engine.SeccompProfile);
    }

    [Fact]
    public void Where_selinux_is_enforcing_it_must_be_said_that_containers_have_no_labels()
    {
        Assert.Equal(
            "SELinux is enforcing on this host and containers would run without labels: say --selinux-enabled=false to go on without",
            Assert.Throws<QuaiException>(() => DaemonConfiguration.From(Arguments.Parse([]), ("", false), selinuxIsEnforcing: true)).Message);
        Assert.NotNull(DaemonConfiguration.From(Arguments.Parse(["--selinux-enabled=false"]), ("", false), selinuxIsEnforcing: true));
    }

    public void Dispose() => File.Delete(_file);

    private static DaemonConfiguration From(params string[] arguments) => DaemonConfiguration.From(Arguments.Parse(arguments), ("", false));

    private static string Refused(params string[] arguments) => Assert.Throws<QuaiException>(() => From(arguments)).Message;
}
