using System.Text;
using System.Text.Json;

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
            json.WriteString("ociVersionMax", "1.2.0");
            Write(json, "hooks", ["prestart", "createRuntime", "poststart", "poststop"]);
            Write(json, "mountOptions", [
                "async", "bind", "defaults", "dev", "dirsync", "exec", "mand", "noatime", "nodev", "nodiratime", "noexec", "nosuid", "nosymfollow", "private", "rbind", "relatime", "ro",
                "rprivate", "rro", "rshared", "rslave", "runbindable", "rw", "shared", "slave", "strictatime", "suid", "sync", "unbindable",
            ]);
            json.WriteStartObject("linux");
            Write(json, "namespaces", ["cgroup", "ipc", "mount", "network", "pid", "time", "user", "uts"]);
            json.WriteStartObject("cgroup");
            json.WriteBoolean("v1", true);
            json.WriteBoolean("v2", true);
            json.WriteBoolean("systemd", false);
            json.WriteEndObject();
            json.WriteStartObject("seccomp");
            json.WriteBoolean("enabled", true);
            Write(json, "actions", ["SCMP_ACT_ALLOW", "SCMP_ACT_ERRNO", "SCMP_ACT_KILL", "SCMP_ACT_KILL_PROCESS", "SCMP_ACT_KILL_THREAD", "SCMP_ACT_LOG", "SCMP_ACT_TRACE", "SCMP_ACT_TRAP"]);
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteEndObject();
        }

        StandardStreams.Out(Encoding.UTF8.GetString(buffer.ToArray()));
        return 0;
    }

    private static void Write(Utf8JsonWriter json, string name, string[] values)
    {
        json.WriteStartArray(name);
        foreach (string value in values)
        {
            json.WriteStringValue(value);
        }

        json.WriteEndArray();
    }
}
