using System.Buffers;
using System.Text.Json;

namespace Quai.Oci.Runtime;

/// <summary>What <c>state</c> prints and hooks receive (OCI runtime specification, runtime.md).</summary>
public sealed class RuntimeState
{
    /// <summary>The version of the specification that the container follows.</summary>
    public string OciVersion { get; set; } = "1.2.0";

    /// <summary>The container's id, unique on this host.</summary>
    public string Id { get; set; } = "";

    /// <summary>creating, created, running or stopped; and paused, which the specification leaves to runtimes.</summary>
    public string Status { get; set; } = "";

    /// <summary>Its first process as the host sees it; null when there is none.</summary>
    public int? Pid { get; set; }

    /// <summary>The bundle's absolute path.</summary>
    public string Bundle { get; set; } = "";

    /// <summary>The root file system's absolute path; only in lists.</summary>
    public string? Rootfs { get; set; }

    /// <summary>When the container was created; only in lists.</summary>
    public DateTimeOffset? Created { get; set; }

    /// <summary>The name of the user who owns the container; only in lists.</summary>
    public string? Owner { get; set; }

    /// <summary>The config's annotations.</summary>
    public Dictionary<string, string>? Annotations { get; set; }

    /// <summary>A time as shown in lists: RFC 3339, in UTC.</summary>
    public static string TextOf(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>The state document in UTF-8.</summary>
    public byte[] ToJson(bool indented = false)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter json = new(buffer, new JsonWriterOptions { Indented = indented }))
        {
            json.WriteStartObject();
            json.WriteString("ociVersion", OciVersion);
            json.WriteString("id", Id);
            json.WriteString("status", Status);
            if (Pid is { } pid)
            {
                json.WriteNumber("pid", pid);
            }

            json.WriteString("bundle", Bundle);
            if (Rootfs is { } rootfs)
            {
                json.WriteString("rootfs", rootfs);
            }

            if (Created is { } created)
            {
                json.WriteString("created", TextOf(created));
            }

            if (Owner is { } owner)
            {
                json.WriteString("owner", owner);
            }

            if (Annotations is { } annotations)
            {
                json.WriteStartObject("annotations");
                foreach ((string name, string value) in annotations)
                {
                    json.WriteString(name, value);
                }

                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }
}
