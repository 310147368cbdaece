using Quai.Daemon.Rootless;
using Quai.Errors;

namespace Quai.Daemon.Configuration;

/// <content>
/// What is refused. Either a setting is honoured, or it is declared to be without effect for a documented reason (<see cref="Flag.Unneeded"/>), or the daemon
/// does not start: nothing is accepted and then ignored.
/// </content>
internal sealed partial record DaemonConfiguration
{
    /// <summary>Refuses settings that are not available, and combinations that would leave one of them without effect.</summary>
    private static void RefuseUnavailable(Settings settings, bool selinuxIsEnforcing)
    {
        foreach (Flag flag in Flags.All)
        {
            if (flag.Refused is { } refusal && settings.All(flag.Name).FirstOrDefault(value => !refusal.Harmless(value)) is { } value)
            {
                throw Refused(flag, value, refusal.Loss);
            }
        }

        if (selinuxIsEnforcing && !settings.Has("selinux-enabled"))
        {
            throw QuaiException.Invalid("SELinux is enforcing on this host and containers would run without labels: say --selinux-enabled=false to go on without");
        }

        if (!settings.Switch("icc", true) && !settings.Switch("iptables", true))
        {
            throw QuaiException.Invalid("You specified --iptables=false with --icc=false. ICC=false uses iptables to function. Please set --icc or --iptables to true");
        }

        Hosting.TlsSettings? tls = ApiAccess.ReadTls(settings);
        foreach (string name in (ReadOnlySpan<string>)["tlscacert", "tlscert", "tlskey"])
        {
            if (tls is null && settings.Has(name))
            {
                throw QuaiException.Invalid($"--{name} is of no use without --tlsverify: anybody could use the API; add --tlsverify, or take it out");
            }
        }

        if (tls is { ClientAuthorityPath: null } && settings.Has("tlscacert"))
        {
            throw QuaiException.Invalid("--tlscacert is of no use without --tlsverify: clients' certificates would not be asked for; add --tlsverify, or take it out");
        }
    }

    /// <summary>Refuses what only root's daemon can have, and what only an ordinary user's can.</summary>
    private static void RefuseWithoutRoot(Settings settings, RootlessFolders? rootless)
    {
        bool asked = settings.Switch("rootless", rootless is not null);
        if (asked && rootless is null)
        {
            throw QuaiException.Invalid("--rootless is for ordinary users, and this quaid was started by root: start it as the user that is to have the containers");
        }

        if (!asked && rootless is not null)
        {
            throw QuaiException.Invalid("quaid needs to be started with root privileges, or without --rootless=false");
        }

        if (settings.Text("rootless-network") is { } network and not "auto" && (rootless is null || network is not ("pasta" or "slirp4netns")))
        {
            throw QuaiException.Invalid(rootless is null ? "--rootless-network is of no use to root's daemon" : $"invalid rootless-network \"{network}\": it has to be auto, pasta or slirp4netns");
        }

        if (rootless is not null && settings.Has("group"))
        {
            throw QuaiException.Invalid("--group cannot be had without root: the socket is the user's alone");
        }
    }

    /// <summary>Refuses anything that was given but never read. Called last.</summary>
    private static void RefuseUnread(Settings settings)
    {
        foreach (string name in settings.Unread)
        {
            Flag flag = Flags.Table.Find(name)!;
            if (flag.HasEffect)
            {
                throw Refused(flag, null, "it would have no effect");
            }
        }
    }

    private static string DefaultIpcMode(Settings settings) => settings.Text("default-ipc-mode") switch
    {
        null or "" => "private",
        "private" => "private",
        "shareable" => "shareable",
        ("none" or "host") and var mode => throw QuaiException.Invalid($"IPC mode \"{mode}\" is not supported as default value; use \"shareable\" or \"private\""),
        var mode => throw QuaiException.Invalid($"default IPC mode setting ({mode}) is invalid; use \"shareable\" or \"private\""),
    };

    private static string DefaultCgroupnsMode(Settings settings) => settings.Text("default-cgroupns-mode") switch
    {
        null or "" => "private",
        "private" => "private",
        "host" => "host",
        var mode => throw QuaiException.Invalid($"default cgroup namespace mode ({mode}) is invalid; use \"host\" or \"private\""),
    };

    private static QuaiException Refused(Flag flag, string? value, string loss)
    {
        string asked = value is null || flag.Kind == FlagKind.Switch ? $"--{flag.Name}" : $"--{flag.Name}={value}";
        string inFile = flag.FileKey.Length > 0 && flag.FileKey != flag.Name ? $" ({flag.FileKey} in daemon.json)" : "";
        return QuaiException.Invalid($"{asked}{inFile} is not available in this version of Quai, and {loss}: take it out of the configuration to go on without");
    }
}
