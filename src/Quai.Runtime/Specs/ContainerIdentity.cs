using System.Globalization;
using System.Text;
using System.Text.Json;
using Quai.Oci.Runtime;
using Quai.Plans;

namespace Quai.Runtime.Specs;

/// <summary>What a container is called: hooks and the supervisors of system calls are told.</summary>
/// <param name="Id">Its id, unique on this host.</param>
/// <param name="Bundle">The absolute path of its bundle.</param>
/// <param name="Annotations">Its annotations, or null.</param>
public sealed record ContainerIdentity(string Id, string Bundle, Dictionary<string, string>? Annotations)
{
    // Ten digits, in whose place the process's number is put once it is known: PlanHook.PidDigits.
    private const int Unknown = 1_999_999_999;

    private static readonly byte[] s_named = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"\"pid\":{Unknown}"));

    /// <summary>The state document (runtime.md of the specification), and where in it the process's number goes.</summary>
    /// <param name="status">creating, created, running or stopped.</param>
    internal (byte[] Document, int PidAt) StateOf(string status)
    {
        byte[] document = Describe(status).ToJson();
        return (document, PlaceIn(document, document.AsSpan().IndexOf(s_named)));
    }

    /// <summary>What is sent with a filter's listener (config-linux.md, "The container process state"), and where the process's number goes.</summary>
    /// <param name="status">As above.</param>
    /// <param name="metadata">What the config has for the supervisor.</param>
    internal (byte[] Document, int PidAt, int OtherPidAt) ProcessStateOf(string status, string? metadata)
    {
        using MemoryStream buffer = new();
        using (Utf8JsonWriter json = new(buffer))
        {
            json.WriteStartObject();
            json.WriteString("ociVersion", new RuntimeState().OciVersion);
            json.WriteStartArray("fds");
            json.WriteStringValue("seccompFd");
            json.WriteEndArray();
            json.WriteNumber("pid", Unknown);
            if (!string.IsNullOrEmpty(metadata))
            {
                json.WriteString("metadata", metadata);
            }

            json.WritePropertyName("state");
            json.WriteRawValue(Describe(status).ToJson());
            json.WriteEndObject();
        }

        byte[] document = buffer.ToArray();
        return (document, PlaceIn(document, document.AsSpan().IndexOf(s_named)), PlaceIn(document, document.AsSpan().LastIndexOf(s_named)));
    }

    private RuntimeState Describe(string status) => new() { Id = Id, Status = status, Bundle = Bundle, Annotations = Annotations, Pid = Unknown };

    private static int PlaceIn(byte[] document, int found)
    {
        int at = found + s_named.Length - PlanHook.PidDigits;
        document.AsSpan(at, PlanHook.PidDigits).Fill((byte)' ');
        return at;
    }
}
