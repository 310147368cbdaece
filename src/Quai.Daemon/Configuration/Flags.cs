using System.Text;
using Quai.CommandLine;

namespace Quai.Daemon.Configuration;

/// <summary>All flags: dockerd's, and Quai's own.</summary>
internal static class Flags
{
    private const string WithoutContainerd = "there is no containerd", WithoutSwarm = "there is no swarm";

    /// <summary>In the order of the help.</summary>
    public static IReadOnlyList<Flag> All { get; } =
    [
        new("add-runtime", FlagKind.Map, "Register an additional OCI compatible runtime (name=path)", Key: "runtimes", Type: "runtime"),
        new("allow-direct-routing", FlagKind.Switch, "Let published ports be reached at containers' own addresses, too"),
        new("authorization-plugin", FlagKind.List, "", Key: "authorization-plugins", Refused: new("", "every client would be allowed everything")),
        new("bip", FlagKind.Text, "IPv4 address for the default bridge"),
        new("bip6", FlagKind.Text, "IPv6 address for the default bridge"),
        new("bridge", FlagKind.Text, "Interface of the default bridge (default \"quai0\")", 'b'),
        new("bridge-accept-fwmark", FlagKind.Text, "Let packets with this firewall mark reach containers (mark[/mask])"),
        new("buildkit-socket", FlagKind.Text, "Unix socket that serves BuildKit's API alone, for buildx's remote driver and other clients of BuildKit"),
        new("cdi-spec-dir", FlagKind.List, "Folder with specifications of CDI devices (default \"/etc/cdi\" and \"/var/run/cdi\")", Key: "cdi-spec-dirs"),
        new("cgroup-parent", FlagKind.Text, "Parent cgroup of all containers (default \"/quai\")"),
        new("config-file", FlagKind.Text, "Daemon configuration file (default \"/etc/quai/daemon.json\")", Key: ""),
        new("containerd", FlagKind.Text, "", Unneeded: WithoutContainerd),
        new("containerd-namespace", FlagKind.Text, "", Unneeded: WithoutContainerd),
        new("containerd-plugins-namespace", FlagKind.Text, "", Unneeded: WithoutContainerd),
        new("cpu-rt-period", FlagKind.Number, "", Unneeded: "the kernel's own division of real-time stays"),
        new("cpu-rt-runtime", FlagKind.Number, "", Unneeded: "the kernel's own division of real-time stays"),
        new("cri-containerd", FlagKind.Switch, "", Unneeded: WithoutContainerd),
        new("data-root", FlagKind.Text, "Root directory of persistent state (default \"/var/lib/quai\")"),
        new("debug", FlagKind.Switch, "Enable debug mode", 'D'),
        new("default-address-pool", FlagKind.List, "Where networks get subnets from that name none (base=prefix,size=length)", Key: "default-address-pools", Type: "pool"),
        new("default-cgroupns-mode", FlagKind.Text, "Cgroup namespace of containers that do not say (\"private\"|\"host\") (default \"private\")"),
        new("default-gateway", FlagKind.Text, "Address of the default bridge's subnet by which containers reach the outside (default: the bridge's own)", Type: "ip"),
        new("default-gateway-v6", FlagKind.Text, "The same of IPv6", Type: "ip"),
        new("default-ipc-mode", FlagKind.Text, "IPC namespace of containers that do not say (\"private\"|\"shareable\") (default \"private\")"),
        new("default-network-opt", FlagKind.List, "Options of networks that do not say (driver=option=value)", Key: "default-network-opts", Type: "option"),
        new("default-runtime", FlagKind.Text, "", Refused: new("quai runc io.containerd.runc.v2", "containers would run in Quai's own runtime")),
        new("default-shm-size", FlagKind.Text, "Default size of /dev/shm (default 64MiB)", Type: "bytes"),
        new("default-ulimit", FlagKind.Map, "Default ulimits for containers (name=soft[:hard])", Key: "default-ulimits", Type: "ulimit"),
        new("dns", FlagKind.List, "DNS server to use"),
        new("dns-opt", FlagKind.List, "DNS options to use", Key: "dns-opts"),
        new("dns-search", FlagKind.List, "DNS search domains to use"),
        new("exec-opt", FlagKind.List, "", Key: "exec-opts", Refused: Refusal.OfOtherThanCgroupDrivers),
        new("exec-root", FlagKind.Text, "Root directory for execution state files (default \"/var/run/quai\")"),
        new("experimental", FlagKind.Switch, "Tell clients that experimental features are on: Docker's own offers build --squash then"),
        new("feature", FlagKind.Map, "", Key: "features", Unneeded: "there are no features to switch"),
        new("firewall-backend", FlagKind.Text, "", Unneeded: "the firewall is always nftables"),
        new("fixed-cidr", FlagKind.Text, "IPv4 subnet that containers' addresses are taken from"),
        new("fixed-cidr-v6", FlagKind.Text, "IPv6 subnet that containers' addresses are taken from"),
        new("group", FlagKind.Text, "Group for the unix socket (default \"docker\")", 'G'),
        new("help", FlagKind.Switch, "Print usage", Key: ""),
        new("host", FlagKind.List, "Daemon socket(s) to connect to (default unix:///var/run/quai.sock)", 'H', "hosts"),
        new("host-firewall", FlagKind.Text, "Whether what the host's firewall denies of a port or a source holds for published ports (\"obey\"|\"ignore\") (default \"obey\")"),
        new("host-gateway-ip", FlagKind.List, "Address that host-gateway stands for in --add-host (default: the bridge's own)", Key: "host-gateway-ip", Type: "ip"),
        new("http-proxy", FlagKind.Text, "HTTP proxy URL to use for outgoing traffic"),
        new("https-proxy", FlagKind.Text, "HTTPS proxy URL to use for outgoing traffic"),
        new("icc", FlagKind.Switch, "Let containers on the default bridge talk to each other (default true)"),
        new("init", FlagKind.Switch, "Run an init in every container to forward signals and reap processes"),
        new("init-path", FlagKind.Text, "Path to the init program"),
        new("insecure-registry", FlagKind.List, "Registries to be reached without TLS or without verifying it", Key: "insecure-registries"),
        new("ip", FlagKind.Text, "Host address that ports are published on (default 0.0.0.0)", Type: "ip"),
        new("ip-forward", FlagKind.Switch, "Enable IPv4 forwarding (default true)"),
        new("ip-forward-no-drop", FlagKind.Switch, "Let the host forward for others, too, when IPv4 forwarding was turned on for containers"),
        new("ip-masq", FlagKind.Switch, "Let containers reach the outside through the host's address (default true)"),
        new("ip6tables", FlagKind.Switch, "Write the firewall's rules for IPv6 (default true)"),
        new("iptables", FlagKind.Switch, "Write the firewall's rules (default true)"),
        new("ipv6", FlagKind.Switch, "Give the default bridge IPv6"),
        new("label", FlagKind.List, "Set key=value labels to the daemon", Key: "labels"),
        new("live-restore", FlagKind.Switch, "Let containers run on when the daemon stops"),
        new("log-driver", FlagKind.Text, "Default driver for container logs (default \"json-file\")"),
        new("log-format", FlagKind.Text, "Format of the daemon's own log (\"text\"|\"json\") (default \"text\")"),
        new("log-level", FlagKind.Text, "Logging level (\"debug\"|\"info\"|\"warn\"|\"error\"|\"fatal\") (default \"info\")", 'l'),
        new("log-opt", FlagKind.Map, "Default log driver options for containers", Key: "log-opts", Type: "map"),
        new("max-concurrent-downloads", FlagKind.Number, "Most layers downloaded at a time for one pull (default 3)"),
        new("max-concurrent-uploads", FlagKind.Number, "Most layers uploaded at a time (default 5)"),
        new("max-download-attempts", FlagKind.Number, "Most attempts for each layer (default 5)"),
        new("metrics-addr", FlagKind.Text, "", Unneeded: "metrics are not served"),
        new("mtu", FlagKind.Number, "MTU of the default bridge (default: the kernel's)"),
        new("network-control-plane-mtu", FlagKind.Number, "", Unneeded: WithoutSwarm),
        new("no-new-privileges", FlagKind.Switch, "Set no-new-privileges by default for new containers"),
        new("no-proxy", FlagKind.Text, "Comma-separated list of hosts or addresses for which the proxy is skipped"),
        new("node-generic-resource", FlagKind.List, "", Key: "node-generic-resources", Unneeded: WithoutSwarm),
        new("pidfile", FlagKind.Text, "Path of the daemon's PID file (default \"/var/run/quai.pid\")", 'p'),
        new("raw-logs", FlagKind.Switch, "", Unneeded: "the log has no colours"),
        new("registry-certs-dir", FlagKind.List, "Folder with a subfolder of certificates for each registry (default /etc/docker/certs.d and /etc/quai/certs.d)", Key: "registry-certs-dirs"),
        new("registry-mirror", FlagKind.List, "Preferred registry mirror", Key: "registry-mirrors"),
        new("rootless", FlagKind.Switch, "Run as an ordinary user, in a user namespace of the user's own (default for everybody but root)", Key: ""),
        new("rootless-network", FlagKind.Text, "What leads from there to the host's network (\"auto\"|\"pasta\"|\"slirp4netns\") (default \"auto\")"),
        new("seccomp-profile", FlagKind.Text, "Path to a seccomp profile, or \"unconfined\" (default \"builtin\")"),
        new("selinux-enabled", FlagKind.Switch, "", Refused: new("false", "containers would run without labels")),
        new("shim-path", FlagKind.Text, "Path of quai-shim (default: beside quaid)", Key: ""),
        new("shutdown-timeout", FlagKind.Number, "Seconds each container gets when the daemon stops (default 15)"),
        new("storage-driver", FlagKind.Text, "", 's', Unneeded: "layers are always overlayfs"),
        new("storage-opt", FlagKind.List, "", Key: "storage-opts", Refused: Refusal.OfSizes),
        new("swarm-default-advertise-addr", FlagKind.Text, "", Unneeded: WithoutSwarm),
        new("tls", FlagKind.Switch, "Use TLS; implied by --tlsverify"),
        new("tlscacert", FlagKind.Text, "Trust certs signed only by this CA (default \"~/.docker/ca.pem\")"),
        new("tlscert", FlagKind.Text, "Path to TLS certificate file (default \"~/.docker/cert.pem\")"),
        new("tlskey", FlagKind.Text, "Path to TLS key file (default \"~/.docker/key.pem\")"),
        new("tlsverify", FlagKind.Switch, "Use TLS and verify the remote"),
        new("trust-policy", FlagKind.Text, "Path of the policy about signatures of images (default \"/etc/quai/policy.json\")"),
        new("userland-proxy", FlagKind.Switch, "Publish ports of containers with IPv4 alone on IPv6 addresses, too (default true)"),
        new("userland-proxy-path", FlagKind.Text, "", Unneeded: "what the kernel cannot publish the daemon relays itself"),
        new("userns-remap", FlagKind.Text, "", Refused: new("", "root in a container would be root of the host")),
        new("validate", FlagKind.Switch, "Validate daemon configuration and exit", Key: ""),
        new("version", FlagKind.Switch, "Print version information and quit", 'v', ""),
    ];

    /// <summary>By name and by letter.</summary>
    public static FlagTable<Flag> Table { get; } = TableOf(All);

    /// <summary>A flag by its name in daemon.json, or null.</summary>
    public static Flag? FindKey(string key) => key.Length == 0 ? null : All.FirstOrDefault(f => f.FileKey == key);

    /// <summary>The text of <c>--help</c>.</summary>
    public static string Usage()
    {
        var text = new StringBuilder("\nUsage:  quaid [OPTIONS]\n\nThe daemon of Quai: a self-sufficient runtime for containers.\n\nOptions:\n");
        int width = All.Max(f => Left(f).Length) + 3;
        foreach (Flag flag in All.Where(f => f.HasEffect))
        {
            text.Append(Left(flag).PadRight(width)).Append(flag.Help).Append('\n');
        }

        return text.Append("\nOptions of dockerd that are accepted and have no effect:\n  ")
            .AppendJoin(", ", All.Where(f => f.Unneeded is not null).Select(f => "--" + f.Name))
            .Append("\n\nOptions of dockerd that are refused, since something would be lost without them:\n  ")
            .AppendJoin(", ", All.Where(f => f.Refused is not null).Select(f => "--" + f.Name)).Append('\n').ToString();
    }

    private static FlagTable<Flag> TableOf(IReadOnlyList<Flag> flags)
    {
        var table = new FlagTable<Flag>();
        foreach (Flag flag in flags)
        {
            table.Add(flag);
        }

        return table;
    }

    private static string Left(Flag flag)
    {
        string type = flag.Type ?? flag.Kind switch
        {
            FlagKind.Switch => "",
            FlagKind.Number => "int",
            FlagKind.Text => "string",
            FlagKind.List => "list",
            _ => "map",
        };
        return $"  {(flag.Shorthand == '\0' ? "   " : $"-{flag.Shorthand},")} --{flag.Name} {type}".TrimEnd();
    }
}
