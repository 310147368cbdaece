using System.Text;
using System.Text.Json;
using Quai.Runtime.Specs;

namespace Quai.RuntimeCommand.Commands;

/// <summary><c>features</c>: the specification's features document (features.md).</summary>
internal static class FeaturesCommand
{
    public static int Execute()
    {
        using MemoryStream buffer = new();
        using (Utf8JsonWriter json = new(buffer, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteString("ociVersionMin", "1.0.0");
            json.WriteString("ociVersionMax", "1.3.0");
            Write(json, "hooks", ["prestart", "createRuntime", "createContainer", "startContainer", "poststart", "poststop"]);
            Write(json, "mountOptions", MountOptions.Known);
            WriteLinux(json);
            json.WriteStartObject("annotations");
            json.WriteString("org.opencontainers.runc.checkpoint.enabled", "false");
            json.WriteEndObject();
            json.WriteEndObject();
        }

        StandardStreams.Out(Encoding.UTF8.GetString(buffer.ToArray()));
        return 0;
    }

    private static void WriteLinux(Utf8JsonWriter json)
    {
        json.WriteStartObject("linux");
        Write(json, "namespaces", ["cgroup", "ipc", "mount", "network", "pid", "time", "user", "uts"]);
        Write(json, "capabilities", Enumerable.Range(0, CapabilityMask.LastKnown + 1).Select(CapabilityMask.NameOf));
        json.WriteStartObject("cgroup");
        json.WriteBoolean("v1", true);
        json.WriteBoolean("v2", true);
        json.WriteBoolean("systemd", false);
        json.WriteBoolean("systemdUser", false);
        json.WriteBoolean("rdma", true);
        json.WriteEndObject();
        json.WriteStartObject("seccomp");
        json.WriteBoolean("enabled", true);
        Write(json, "actions", [
            "SCMP_ACT_ALLOW", "SCMP_ACT_ERRNO", "SCMP_ACT_KILL", "SCMP_ACT_KILL_PROCESS", "SCMP_ACT_KILL_THREAD", "SCMP_ACT_LOG", "SCMP_ACT_NOTIFY", "SCMP_ACT_TRACE", "SCMP_ACT_TRAP",
        ]);
        Write(json, "operators", ["SCMP_CMP_EQ", "SCMP_CMP_GE", "SCMP_CMP_GT", "SCMP_CMP_LE", "SCMP_CMP_LT", "SCMP_CMP_MASKED_EQ", "SCMP_CMP_NE"]);
        Write(json, "archs", ["SCMP_ARCH_AARCH64", "SCMP_ARCH_ARM", "SCMP_ARCH_X32", "SCMP_ARCH_X86", "SCMP_ARCH_X86_64"]);
        string[] flags = ["SECCOMP_FILTER_FLAG_LOG", "SECCOMP_FILTER_FLAG_SPEC_ALLOW", "SECCOMP_FILTER_FLAG_TSYNC", "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"];
        Write(json, "knownFlags", flags);
        Write(json, "supportedFlags", flags);
        json.WriteEndObject();
        Write(json, "apparmor", true);
        Write(json, "selinux", true);
        Write(json, "intelRdt", false);
        json.WriteStartObject("memoryPolicy");
        Write(json, "modes", MemoryPolicies.Modes);
        Write(json, "flags", MemoryPolicies.Flags);
        json.WriteEndObject();
        json.WriteStartObject("mountExtensions");
        Write(json, "idmap", true);
        json.WriteEndObject();
        Write(json, "netDevices", true);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, string name, bool enabled)
    {
        json.WriteStartObject(name);
        json.WriteBoolean("enabled", enabled);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, string name, IEnumerable<string> values)
    {
        json.WriteStartArray(name);
        foreach (string value in values)
        {
            json.WriteStringValue(value);
        }

        json.WriteEndArray();
    }
}
