using Quai.Engine.Containers.Spec;
using Quai.Engine.Security;
using Quai.Errors;
using Xunit;

namespace Quai.Engine.Tests.Security;

/// <summary>Which profile a container has, and when the default is loaded; on a host that is made up.</summary>
public sealed class AppArmorTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("quai-apparmor-").FullName;

    private string Loaded => Path.Combine(_folder, "loaded");

    [Fact]
    public void The_default_privileged_and_named_profiles()
    {
        var on = new AppArmor(Host());
        Assert.True(on.IsOn);
        Assert.Equal("docker-default", on.ProfileOf(new SecuritySpec()));
        Assert.Equal("unconfined", on.ProfileOf(new SecuritySpec { Privileged = true }));
        Assert.Equal("unconfined", on.ProfileOf(new SecuritySpec { Written = ["apparmor=unconfined"] }));
        Assert.Equal("mine", on.ProfileOf(new SecuritySpec { Written = ["apparmor:mine"] }));
        Assert.Equal("mine", on.ProfileOf(new SecuritySpec { Privileged = true, Written = ["apparmor=mine"] }));
        Assert.Equal("docker-default", on.ProfileOf(new SecuritySpec { Written = ["apparmor="] }));
    }

    [Theory]
    [InlineData("no switch")]
    [InlineData("off")]
    [InlineData("no securityfs")]
    [InlineData("nested")]
    public void Where_it_is_off_a_named_profile_is_refused(string why)
    {
        AppArmorHost host = Host();
        switch (why)
        {
            case "no switch":
                File.Delete(host.Switch);
                break;
            case "off":
                File.WriteAllText(host.Switch, "N\n");
                break;
            case "no securityfs":
                Directory.Delete(host.SecurityFolder, recursive: true);
                break;
            default:
                host = host with { Nested = true };
                break;
        }

        var off = new AppArmor(host);
        Assert.False(off.IsOn);
        Assert.Equal(
            why switch { "no securityfs" => $"{host.SecurityFolder} is not there: mount securityfs", "nested" => "the variable container says that the daemon itself runs in a container", _ => null },
            off.OutOfReach);
        Assert.Null(off.ProfileOf(new SecuritySpec()));
        Assert.Null(off.ProfileOf(new SecuritySpec { Privileged = true }));
        Assert.Null(off.ProfileOf(new SecuritySpec { Written = ["apparmor=unconfined"] }));
        Assert.Equal(
            "--security-opt apparmor=mine cannot be kept: AppArmor is not enabled on this host; take the option out, or say apparmor=unconfined",
            Assert.Throws<QuaiException>(() => off.ProfileOf(new SecuritySpec { Written = ["apparmor=mine"] })).Message);
        Assert.Throws<QuaiException>(() => off.ProfileOf(new SecuritySpec { Written = ["apparmor=docker-default"] }));
        off.Ensure(null);
        Assert.False(File.Exists(Loaded));
    }

    [Fact]
    public void The_default_is_loaded_only_when_it_is_missing()
    {
        AppArmorHost host = Host();
        var appArmor = new AppArmor(host);
        File.WriteAllText(Path.Combine(host.SecurityFolder, "profiles"), "other (enforce)\ndocker-default-not (enforce)\n");
        appArmor.Ensure("other");
        appArmor.Ensure("unconfined");
        Assert.False(File.Exists(Loaded));
        appArmor.Ensure("docker-default");
        Assert.StartsWith("-Kr\n#include <tunables/global>\n\nprofile \"docker-default\" flags=(attach_disconnected,mediate_deleted) {\n", File.ReadAllText(Loaded), StringComparison.Ordinal);

        File.Delete(Loaded);
        File.WriteAllText(Path.Combine(host.SecurityFolder, "profiles"), "other (enforce)\ndocker-default (enforce)\n");
        appArmor.Ensure("docker-default");
        Assert.False(File.Exists(Loaded));
        appArmor.Load();
        Assert.True(File.Exists(Loaded));
    }

    [Fact]
    public void A_daemon_that_is_confined_itself_may_signal_containers()
    {
        AppArmorHost host = Host();
        File.WriteAllText(host.OwnProfile, "quaid \"x (enforce)\n");
        new AppArmor(host).Load();
        Assert.Contains("  signal (receive) peer=\"quaid\",\n", File.ReadAllText(Loaded), StringComparison.Ordinal);
        Assert.Contains("peer=\"a\\\"b\\\\\"", DefaultProfile.Text("n", "a\"b\\", _folder), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("none", "apparmor_parser is not installed (on Debian and Ubuntu it is in the package apparmor)")]
    [InlineData("gone", "running '{0}/nope -Kr' failed: ")]
    [InlineData("#!/bin/sh\necho 'syntax error'; exit 3\n", "running '{0}/parser -Kr' failed with output: syntax error\nerror: exit status 3")]
    [InlineData("#!/bin/sh\nkill -9 $$\n", "running '{0}/parser -Kr' failed with output: \nerror: signal 9")]
    public void What_keeps_it_from_being_loaded_is_said(string parser, string reason)
    {
        AppArmorHost host = Host();
        if (parser.StartsWith('#'))
        {
            WriteParser(parser);
        }
        else
        {
            host = host with { Parser = parser == "none" ? null : Path.Combine(_folder, "nope") };
        }

        QuaiException e = Assert.Throws<QuaiException>(() => new AppArmor(host).Ensure("docker-default"));
        Assert.StartsWith(
            "AppArmor enabled on system but the docker-default profile could not be loaded: " + reason.Replace("{0}", _folder, StringComparison.Ordinal), e.Message, StringComparison.Ordinal);
        Assert.Equal(ErrorKind.System, e.Kind);
    }

    [Fact]
    public void Includes_that_are_not_there_are_done_without()
    {
        string text = DefaultProfile.Text("docker-default", "unconfined", "/nonexistent");
        Assert.StartsWith("@{PROC}=/proc/\n\nprofile \"docker-default\"", text, StringComparison.Ordinal);
        Assert.DoesNotContain("#include", text, StringComparison.Ordinal);
        Assert.DoesNotContain("abi <", text, StringComparison.Ordinal);
        Assert.Equal(text.Count(c => c == '\n'), text.ReplaceLineEndings("\n").Count(c => c == '\n'));
        Assert.All(["  network,\n", "  capability,\n", "  file,\n", "  umount,\n", "  deny mount,\n", "  deny @{PROC}/sysrq-trigger rwklx,\n", "  deny /sys/firmware/** rwklx,\n"], line => Assert.Contains("\n" + line, text, StringComparison.Ordinal));
        Assert.EndsWith("\n}\n", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1", true)]
    [InlineData("0", false)]
    [InlineData(null, false)]
    public void Selinux_is_enforcing_when_it_says_so(string? content, bool enforcing)
    {
        if (content is not null)
        {
            File.WriteAllText(Path.Combine(_folder, "enforce"), content);
        }

        Assert.Equal(enforcing, Selinux.IsEnforcing(_folder));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>A host with AppArmor whose parser records its input.</summary>
    private AppArmorHost Host()
    {
        string security = Path.Combine(_folder, "security"), profiles = Path.Combine(_folder, "apparmor.d");
        Directory.CreateDirectory(security);
        Directory.CreateDirectory(Path.Combine(profiles, "tunables"));
        File.WriteAllText(Path.Combine(profiles, "tunables", "global"), "");
        File.WriteAllText(Path.Combine(security, "profiles"), "");
        File.WriteAllText(Path.Combine(_folder, "enabled"), "Y\n");
        WriteParser($"#!/bin/sh\n{{ echo \"$@\"; cat; }} >{Loaded}\n");
        return new AppArmorHost
        {
            Switch = Path.Combine(_folder, "enabled"),
            SecurityFolder = security,
            ProfileFolder = profiles,
            OwnProfile = Path.Combine(_folder, "current"),
            Parser = Path.Combine(_folder, "parser"),
            Nested = false,
        };
    }

    private void WriteParser(string script)
    {
        string path = Path.Combine(_folder, "parser");
        File.WriteAllText(path, script);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
