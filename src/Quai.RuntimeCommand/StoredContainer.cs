using System.Globalization;
using System.Text;

namespace Quai.RuntimeCommand;

/// <summary>
/// A container as this command stores it between calls, in <c>ROOT/ID/state</c>: a line for each member, name and value,
/// backslash and newline escaped. Nobody else reads it, and preparing a JSON writer would cost a start more than this.
/// </summary>
internal sealed class StoredContainer
{
    private const string AnnotationPrefix = "annotation.";

    public required string Id { get; init; }
    public required int Pid { get; init; }

    /// <summary>When the first process began, in clock ticks since boot: together with the pid it identifies one process for ever.</summary>
    public required ulong ProcessStart { get; init; }
    public required string Bundle { get; init; }
    public string? Rootfs { get; init; }
    public string? CgroupsPath { get; init; }
    public bool OwnPidNamespace { get; init; }
    public required DateTimeOffset Created { get; init; }
    public Dictionary<string, string>? Annotations { get; init; }

    /// <summary>The file's bytes.</summary>
    public byte[] ToBytes()
    {
        StringBuilder text = new(256);
        void Line(string name, string value) =>
            text.Append(name).Append(' ').Append(value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal)).Append('\n');

        Line("id", Id);
        Line("pid", Pid.ToString(CultureInfo.InvariantCulture));
        Line("started", ProcessStart.ToString(CultureInfo.InvariantCulture));
        Line("bundle", Bundle);
        if (Rootfs is not null)
        {
            Line("rootfs", Rootfs);
        }

        if (CgroupsPath is not null)
        {
            Line("cgroups", CgroupsPath);
        }

        Line("pidns", OwnPidNamespace ? "own" : "joined");
        Line("created", Created.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture));
        foreach ((string name, string value) in Annotations ?? [])
        {
            // A name with spaces or newlines is escaped as a whole, as part of the value.
            Line(AnnotationPrefix, name.Length.ToString(CultureInfo.InvariantCulture) + ' ' + name + value);
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }

    /// <summary>Reads what <see cref="ToBytes"/> wrote.</summary>
    /// <exception cref="InvalidDataException">It is something else.</exception>
    public static StoredContainer FromBytes(byte[] bytes)
    {
        Dictionary<string, string> values = [];
        Dictionary<string, string>? annotations = null;
        foreach (string line in Encoding.UTF8.GetString(bytes).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            int space = line.IndexOf(' ', StringComparison.Ordinal);
            string name = space < 0 ? line : line[..space], value = space < 0 ? "" : Unescape(line[(space + 1)..]);
            if (name == AnnotationPrefix)
            {
                int end = value.IndexOf(' ', StringComparison.Ordinal);
                int length = int.Parse(value.AsSpan(0, end), NumberStyles.None, CultureInfo.InvariantCulture);
                (annotations ??= [])[value.Substring(end + 1, length)] = value[(end + 1 + length)..];
            }
            else
            {
                values[name] = value;
            }
        }

        string Get(string name) => values.TryGetValue(name, out string? value) ? value : throw new InvalidDataException($"the container's state has no {name}");
        return new StoredContainer
        {
            Id = Get("id"),
            Pid = int.Parse(Get("pid"), CultureInfo.InvariantCulture),
            ProcessStart = ulong.Parse(Get("started"), CultureInfo.InvariantCulture),
            Bundle = Get("bundle"),
            Rootfs = values.GetValueOrDefault("rootfs"),
            CgroupsPath = values.GetValueOrDefault("cgroups"),
            OwnPidNamespace = Get("pidns") == "own",
            Created = DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(Get("created"), CultureInfo.InvariantCulture)),
            Annotations = annotations,
        };
    }

    private static string Unescape(string text)
    {
        if (!text.Contains('\\', StringComparison.Ordinal))
        {
            return text;
        }

        StringBuilder plain = new(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            plain.Append(text[i] != '\\' || i + 1 == text.Length ? text[i] : text[++i] == 'n' ? '\n' : text[i]);
        }

        return plain.ToString();
    }
}
