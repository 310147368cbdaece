using Microsoft.Extensions.Logging;
using Quai.Build.Caching;
using Quai.Daemon.Configuration;
using Quai.Errors;

namespace Quai.Daemon.Tests;

/// <summary>Flags and daemon.json.</summary>
public sealed class ConfigurationTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    [Fact]
    public void All_ways_to_write_a_flag_are_read()
    {
        Settings settings = Arguments.Parse(["-D", "-Hunix:///a", "-H", "tcp://1.2.3.4", "-H=unix:///b", "--label=a=b", "--label", "c=d", "--icc=false", "-Dl", "warn", "--mtu=1400"]);
        Assert.Equal(["unix:///a", "tcp://1.2.3.4", "unix:///b"], settings.All("host"));
        Assert.Equal(["a=b", "c=d"], settings.All("label"));
        Assert.True(settings.Switch("debug", false));
        Assert.False(settings.Switch("icc", true));
        Assert.Equal(("warn", 1400), (settings.Text("log-level"), settings.Number("mtu", 0)));
    }

    [Theory]
    [InlineData("unknown flag: --nope", "--nope")]
    [InlineData("unknown shorthand flag: 'Z' in -Z", "-Z")]
    [InlineData("unknown shorthand flag: 'Z' in -DZ", "-DZ")]
    [InlineData("bad flag syntax: --=x", "--=x")]
    [InlineData("flag needs an argument: --mtu", "--mtu")]
    [InlineData("flag needs an argument: 'H' in -H", "-H")]
    [InlineData("flag needs an argument: 'H' in -DH", "-DH")]
    [InlineData("invalid argument \"maybe\" for \"-D, --debug\" flag: strconv.ParseBool: parsing \"maybe\": invalid syntax", "-D=maybe")]
    [InlineData("invalid argument \"maybe\" for \"--debug\" flag: strconv.ParseBool: parsing \"maybe\": invalid syntax", "--debug=maybe")]
    [InlineData("\"quaid\" accepts no argument(s).", "--", "--debug")]
    [InlineData("invalid argument \"x\" for \"--mtu\" flag: strconv.ParseInt: parsing \"x\": invalid syntax", "--mtu", "x")]
    [InlineData("invalid argument \"maybe\" for \"--icc\" flag: strconv.ParseBool: parsing \"maybe\": invalid syntax", "--icc=maybe")]
    [InlineData("\"quaid\" accepts no argument(s).", "start")]
    public void A_wrong_flag_is_named(string message, params string[] arguments) =>
        Assert.Equal(message + "\nSee 'quaid --help'.", Assert.Throws<WrongFlagException>(() => Arguments.Parse(arguments)).Message);

    [Theory]
    [InlineData("invalid logging level: loud", "-l", "loud")]
    [InlineData("bad attribute format: a", "--label", "a")]
    [InlineData("invalid IP address: x", "--dns", "x")]
    [InlineData("invalid CIDR address: 300.1.1.1/8", "--bip", "300.1.1.1/8")]
    [InlineData("invalid size: 'a'", "--default-shm-size", "a")]
    [InlineData("invalid ulimit argument: nofile=x", "--default-ulimit", "nofile=x")]
    [InlineData("invalid bind address format: http://x", "-H", "http://x")]
    [InlineData("cannot listen at fd://: sockets handed over by systemd are not taken; use unix:// or tcp://", "-H", "fd://")]
    [InlineData("logger: no log driver named 'x' is registered", "--log-driver", "x")]
    [InlineData("failed to set log opts: unknown log opt 'x' for json-file log driver", "--log-opt", "x=1")]
    [InlineData("failed to set log opts: gelf-address is a required parameter", "--log-driver", "gelf")]
    public void A_wrong_value_is_named(string message, params string[] arguments) =>
        Assert.Equal(message, Assert.Throws<QuaiException>(() => DaemonConfiguration.From(Arguments.Parse(arguments), ("", false))).Message);

    [Fact]
    public void Defaults_are_Quais_own()
    {
        DaemonConfiguration configuration = DaemonConfiguration.From(Arguments.Parse([]), ("", false));
        Assert.Equal("/var/run/quai.sock", Assert.Single(configuration.Hosts).SocketPath);
        Assert.Equal(("/var/lib/quai", "/var/run/quai", "/var/run/quai.pid", "quai0", "quai"),
            (configuration.Engine.DataRoot, configuration.Engine.ExecRoot, configuration.PidFile, configuration.Networks.Bridge, configuration.Networks.TableName));
        Assert.Equal(LogLevel.Information, configuration.LogLevel);
    }

    [Theory]
    [InlineData(true, false, false)]
    [InlineData(true, true, false, "--ip-forward")]
    [InlineData(false, false, false, "--ip-forward=false")]
    [InlineData(true, false, true, "--ip-forward-no-drop")]
    public void Forwarding_is_wanted_insisted_on_or_not(bool wanted, bool insisted, bool open, params string[] arguments)
    {
        Quai.Networks.NetworkOptions networks = DaemonConfiguration.From(Arguments.Parse(arguments), ("", false)).Networks;
        Assert.Equal((wanted, insisted, open), (networks.IpForward, networks.IpForwardInsisted, networks.IpForwardNoDrop));
    }

    [Fact]
    public void A_table_is_named_after_its_data_root_and_not_after_its_bridge()
    {
        string Table(params string[] arguments) => DaemonConfiguration.From(Arguments.Parse(arguments), ("", false)).Networks.TableName;
        Assert.Equal("quai", Table("--bridge", "br9"));
        Assert.NotEqual("quai", Table("--data-root", "/d"));
        Assert.NotEqual(Table("--data-root", "/e"), Table("--data-root", "/d"));
    }

    [Fact]
    public void A_file_has_the_same_settings()
    {
        DaemonConfiguration configuration = Load("""
            {"debug": true, "hosts": ["unix:///x"], "labels": ["a=b"], "mtu": 1400, "data-root": "/d", "bridge": "br9", "log-opts": {"max-size": "1m"},
             "runtimes": {"crun": {"path": "/usr/bin/crun"}}, "default-ulimits": {"nofile": {"Name": "nofile", "Soft": 1, "Hard": 2}},
             "proxies": {"http-proxy": "http://p"}, "builder": {"gc": {}}, "storage-driver": "overlay2", "default-shm-size": "1g"}
            """);
        Assert.Equal(("unix:///x", "/d", "br9", 1400, "1m", 1, "/usr/bin/crun", "http://p", 1L << 30),
            ("unix://" + configuration.Hosts[0].SocketPath, configuration.Engine.DataRoot, configuration.Networks.Bridge, configuration.Networks.Mtu,
             configuration.Engine.LogOptions["max-size"], configuration.Engine.LogOptions.Count, configuration.Engine.Runtimes["crun"], configuration.Proxies.Http.Address, configuration.Engine.DefaultShmSize));
        Assert.Equal(("nofile", 1L, 2L), (configuration.Engine.DefaultUlimits[0].Name, configuration.Engine.DefaultUlimits[0].Soft, configuration.Engine.DefaultUlimits[0].Hard));
        Assert.Equal(["storage-driver"], configuration.Unneeded.Select(f => f.Name));
        Assert.NotEqual("quai", configuration.Networks.TableName);
        Assert.True(configuration.Debug);
    }

    [Fact]
    public void A_file_says_what_is_kept_of_builds()
    {
        BuilderSettings builder = Load("""
            {"builder": {"gc": {"enabled": true, "defaultKeepStorage": "20GB", "policy": [
                {"keepStorage": "512MB", "filter": ["unused-for=48h", "type=source.local", "type=regular", "shared=1"]},
                {"maxUsedSpace": 1000, "minFreeSpace": "1k", "keepDuration": "1h30m", "all": true}]},
              "entitlements": {"network-host": false, "security-insecure": true}}}
            """).Builder;
        Assert.Equal(["security.insecure"], builder.Entitlements);
        IReadOnlyList<CachePruneOptions> rules = builder.PoliciesFor(1 << 30);
        Assert.Equal(["type==source.local,shared,private", "type==regular,shared,private"], rules[0].Filters);
        Assert.Equal((512L << 20, TimeSpan.FromHours(48), false), (rules[0].ReservedSpace, rules[0].KeepDuration, rules[0].IncludesInternal));
        Assert.Equal((1000L, 1024L, TimeSpan.FromMinutes(90), true, 0), (rules[1].MaxUsedSpace, rules[1].MinFreeSpace, rules[1].KeepDuration, rules[1].IncludesInternal, rules[1].Filters.Count));
        Assert.Equal(20L << 30, Load("""{"builder": {"gc": {"defaultKeepStorage": "20GB"}}}""").Builder.PoliciesFor(1L << 40)[2].ReservedSpace);
        Assert.Equal([512L << 20, 600L << 30, 600L << 30, 600L << 30], Load("{}").Builder.PoliciesFor(1000L << 30).Select(p => p.MaxUsedSpace));
        Assert.Empty(Load("""{"builder": {"gc": {"enabled": false}}}""").Builder.PoliciesFor(1 << 30));
    }

    [Theory]
    [InlineData("{\"builder\": {\"gc\": {\"x\": 1}}}", "the following directives don't match any configuration option: builder.gc.x")]
    [InlineData("{\"builder\": {\"gc\": {\"defaultKeepStorage\": \"x\"}}}", "builder.gc.defaultKeepStorage: invalid size: 'x'")]
    [InlineData("{\"builder\": {\"gc\": {\"policy\": [{\"keepDuration\": \"1y\"}]}}}", "builder.gc.policy[0].keepDuration: time: unknown unit \"y\" in duration \"1y\"")]
    [InlineData("{\"builder\": {\"gc\": {\"policy\": [{\"filter\": [\"x=1\"]}]}}}", "invalid filter 'x'")]
    [InlineData("{\"builder\": {\"cache-folders\": {\"npm\": \"relative\"}}}", "builder.cache-folders.npm: relative is no absolute path of a folder")]
    [InlineData("{\"builder\": {\"cache-folders\": {\"npm\": \"/missing-folder/npm\"}}}", "builder.cache-folders.npm: the folder that /missing-folder/npm is to be in does not exist")]
    [InlineData("{\"builder\": {\"dockerfile-frontend\": \"mine\"}}", "builder.dockerfile-frontend: \"mine\" is neither built-in nor image")]
    [InlineData("{\"builder\": []}", "builder: a value of type array is not what it takes")]
    [InlineData("{\"foo\": 1, \"bar\": 2}", "the following directives don't match any configuration option: bar, foo")]
    [InlineData("{\"debug\": true, \"labels\": [\"a=b\"]}", "the following directives are specified both as a flag and in the configuration file: debug: (from flag: true, from file: true), labels: (from flag: [x=y], from file: [a=b])")]
    [InlineData("{", "invalid JSON at line 1, column 2")]
    [InlineData("{\"mtu\": \"x\"}", "mtu: a value of type string is not what it takes")]
    [InlineData("{\"log-level\": \"x\"}", "invalid logging level: x")]
    public void What_is_wrong_with_a_file_is_said(string text, string reason) =>
        Assert.Equal($"unable to configure the daemon with file {_file}: {reason}", Assert.Throws<QuaiException>(() => Load(text, text.Contains("debug", StringComparison.Ordinal) ? ["-D", "--label", "x=y"] : [])).Message);

    [Fact]
    public void A_missing_file_counts_only_when_it_was_named()
    {
        Assert.Equal(
            "unable to configure the daemon with file /nonexistent.json: open /nonexistent.json: no such file or directory",
            Assert.Throws<QuaiException>(() => DaemonConfiguration.Load(Arguments.Parse(["--config-file", "/nonexistent.json"]))).Message);
        Assert.Empty(ConfigurationFile.Read("/nonexistent.json", required: false).Names);
    }

    [Theory]
    [InlineData("tcp://:2375", false, "127.0.0.1:2375")]
    [InlineData("tcp://0.0.0.0", true, "0.0.0.0:2376")]
    [InlineData("tcp://[::1]:99", false, "[::1]:99")]
    [InlineData("10.0.0.1:5", false, "10.0.0.1:5")]
    [InlineData("unix://", false, "/var/run/quai.sock")]
    public void Addresses_are_read(string text, bool tls, string address) => Assert.Equal(address, Hosting.HostAddress.Parse(text, tls).ToString());

    public void Dispose() => File.Delete(_file);

    private DaemonConfiguration Load(string text, params string[] arguments)
    {
        File.WriteAllText(_file, text);
        return DaemonConfiguration.Load(Arguments.Parse(["--config-file", _file, .. arguments]));
    }
}
