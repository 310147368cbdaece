using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Quai.Errors;
using Quai.Linux;
using Quai.Oci.Runtime;
using Quai.Plans;
using Quai.Runtime.Cgroups;
using Quai.Runtime.Specs;

namespace Quai.Runtime.Tests.Plans;

/// <summary>
/// From a config to a plan, on a machine with cgroup v1 and on one with v2: each config in <c>Golden</c> gives exactly the plan beside it.
/// After an intended change, QUAI_UPDATE_GOLDEN=1 writes the plans again, to be reviewed before they are kept.
/// </summary>
public sealed class GoldenPlanTests
{
    private static readonly string[] Controllers = ["cpu,cpuacct", "cpuset", "memory", "devices", "freezer", "blkio", "pids", "hugetlb", "net_cls,net_prio", "rdma"];

    private static readonly HostFacts Legacy = new(
        new CgroupLayout([.. Controllers.Select(c => new CgroupHierarchy("/sys/fs/cgroup/" + c, c.Split(','), null, false)), new CgroupHierarchy("/sys/fs/cgroup/systemd", [], "systemd", false)], true, "blkio.weight", []), 40, true);

    internal static readonly HostFacts Unified = new(new CgroupLayout([new CgroupHierarchy("/sys/fs/cgroup", [], null, true)], false, "", ["cpuset", "cpu", "io", "memory", "pids", "hugetlb", "rdma"]) { LimitsHugeReservations = true }, 40, false) { DelegatedFiles = ["cgroup.procs", "cgroup.threads"] };

    // A pair of which one end is put into the host's namespace; an interface upon one of the host's, which is put into the container's.
    private static readonly NetlinkRequest[] s_veth = [new(false, [1, 2, 3, 4, 5, 6, 7, 8], 4, "make the veth pair"), new(true, [9, 10, 11, 12], -1, "bring its other end up")];

    private static readonly NetlinkRequest[] s_upon =
    [
        new(true, [1, 2, 3, 4, 5, 6, 7, 8], 4, "make eth0"), new(false, [9, 10, 11, 12], -1, "bring eth0 up") { AwaitedErrno = Errno.EADDRINUSE, ToleratedErrno = Errno.ENODEV },
    ];

    public static TheoryData<string> Configs => [.. Directory.GetFiles(Folder(), "*.json").Select(f => Path.GetFileNameWithoutExtension(f)!).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Configs))]
    public void A_config_gives_its_plan(string name)
    {
        byte[] config = File.ReadAllBytes(Path.Combine(Folder(), name + ".json"));
        List<string> different = [];
        foreach ((string version, HostFacts host) in (ReadOnlySpan<(string, HostFacts)>)[("v1", Legacy), ("v2", Unified)])
        {
            string text = TextOf(name, config, host), file = Path.Combine(Folder(), $"{name}.{version}.plan");
            if (Environment.GetEnvironmentVariable("QUAI_UPDATE_GOLDEN") == "1")
            {
                File.WriteAllText(file, text);
            }

            if (!File.Exists(file) || File.ReadAllText(file) != text)
            {
                different.Add(Difference(file, text));
            }
        }

        Assert.True(different.Count == 0, string.Join('\n', different));
    }

    private static string TextOf(string name, byte[] config, HostFacts host)
    {
        try
        {
            return PlanText.Of(Compile(name, config, host));
        }
        catch (QuaiException e)
        {
            return $"refused: {e.Message}\n";
        }
    }

    private static PlanWriter Compile(string name, byte[] config, HostFacts host)
    {
        RuntimeSpec spec = RuntimeSpecReader.ReadSpec(config);
        if (name.StartsWith("exec", StringComparison.Ordinal))
        {
            return SpecCompiler.CompileExec(spec.Process!, spec.Linux?.Seccomp, spec.Linux?.CgroupsPath, host: host);
        }

        // The engine's containers have an overlay and a network; those of quai-runtime have neither.
        bool isEngines = name.StartsWith("engine", StringComparison.Ordinal), named = name.EndsWith("name-sockets", StringComparison.Ordinal);
        return SpecCompiler.Compile(spec, new SpecCompiler.Settings
        {
            Host = host,
            Overlay = isEngines ? new OverlayRoot("/var/lib/quai/snapshots", ["2/fs", "1/fs"], "3/fs", "3/work") { IsNew = true } : null,
            Network = !isEngines ? [] : named ? s_upon : s_veth,
            NameSockets = named,
            Identity = new ContainerIdentity("some-id", "/some/bundle", spec.Annotations),
            AwaitStart = !isEngines, RedirectStdio = isEngines, DieWithParent = isEngines,
        });
    }

    /// <summary>The first lines that differ.</summary>
    private static string Difference(string file, string text)
    {
        string[] expected = File.Exists(file) ? File.ReadAllText(file).Split('\n') : [], actual = text.Split('\n');
        StringBuilder message = new($"{Path.GetFileName(file)} differs:\n");
        for (int i = 0, shown = 0; i < Math.Max(expected.Length, actual.Length) && shown < 10; i++)
        {
            string was = i < expected.Length ? expected[i] : "(nothing)", now = i < actual.Length ? actual[i] : "(nothing)";
            if (was != now)
            {
                message.Append($"line {i + 1}\n- {was}\n+ {now}\n");
                shown++;
            }
        }

        return message.ToString();
    }

    private static string Folder([CallerFilePath] string file = "") => Path.Combine(Path.GetDirectoryName(file)!, "Golden");
}
