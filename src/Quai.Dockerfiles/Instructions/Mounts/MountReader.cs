using System.Globalization;
using Quai.Dockerfiles.Instructions.Reading;

namespace Quai.Dockerfiles.Instructions.Mounts;

/// <summary>Reads a mount as RUN has it: <c>type=cache,target=/root/.cache</c>.</summary>
public static class MountReader
{
    private const string Csv = "failed to parse csv mounts";

    private static readonly string[] s_kinds = ["bind", "cache", "tmpfs", "secret", "ssh"], s_sharings = ["shared", "private", "locked"];

    private static readonly string[] s_keys =
        ["type", "from", "source", "target", "readonly", "id", "sharing", "required", "size", "mode", "uid", "gid", "src", "dst", "destination", "ro", "rw", "readwrite", "env"];

    /// <summary>Checks what can be checked before variables have values.</summary>
    /// <exception cref="DockerfileException">It is no list of fields, or has a variable where none may be.</exception>
    public static void Check(string text, LineRange lines) => _ = Origin(text, lines);

    /// <summary>What a mount is of, which must be known before variables have values.</summary>
    /// <returns>The kind, where it is plainly said; the stage or image, empty for none.</returns>
    public static (MountKind? Kind, string From) Origin(string text, LineRange lines)
    {
        MountKind? kind = MountKind.Bind;
        string from = "";
        foreach (string field in CommaFields.Read(text, lines, Csv))
        {
            (string key, string? value) = Split(field);
            if (key == "from" && value is not null)
            {
                int dollar = value.IndexOf('$');
                from = dollar >= 0 && dollar < value.Length - 1 ? throw new DockerfileException("'from' doesn't support variable expansion, define alias stage instead", lines) : value;
            }
            else if (key == "type" && value is not null)
            {
                int index = Array.IndexOf(s_kinds, value.ToLowerInvariant());
                kind = index < 0 ? null : (MountKind)index;
            }
        }

        return (kind, from);
    }

    /// <summary>Reads it.</summary>
    /// <param name="text">It as it is written.</param>
    /// <param name="expand">Gives a value with its variables expanded.</param>
    /// <param name="lines">Where it is.</param>
    /// <exception cref="DockerfileException">It asks for what is not possible.</exception>
    public static Mount Read(string text, Func<string, string> expand, LineRange lines)
    {
        var mount = new Mount(MountKind.Bind);
        bool said = false;
        foreach (string field in CommaFields.Read(text, lines, Csv))
        {
            (string key, string? given) = Split(field);
            if (given is null)
            {
                (mount, said) = key switch
                {
                    "readonly" or "ro" => (mount with { IsReadOnly = true }, true),
                    "readwrite" or "rw" => (mount with { IsReadOnly = false }, true),
                    "required" => (mount with { IsRequired = HasClient(mount) || Unexpected(key, mount, lines) }, said),
                    _ => throw new DockerfileException($"invalid field '{field}' must be a key=value pair", lines),
                };
                continue;
            }

            string value = expand(given);
            said |= key is "readonly" or "ro" or "readwrite" or "rw";
            mount = key switch
            {
                "type" => mount with { Kind = (MountKind)Choice(s_kinds, value, "mount type", lines) },
                "from" => mount with { From = value },
                "source" or "src" => mount with { Source = value },
                "target" or "dst" or "destination" => mount with { Target = value },
                "readonly" or "ro" => mount with { IsReadOnly = Bool(key, value, lines) },
                "readwrite" or "rw" => mount with { IsReadOnly = !Bool(key, value, lines) },
                "required" => mount with { IsRequired = HasClient(mount) ? Bool(key, value, lines) : Unexpected(key, mount, lines) },
                "size" => mount with
                {
                    Size = mount.Kind != MountKind.Tmpfs && !Unexpected(key, mount, lines) ? 0
                        : ByteSizes.TryParse(value, out long size) ? size
                        : throw new DockerfileException($"invalid value for {key}: {value}", lines),
                },
                "id" => mount with { Id = value },
                "sharing" => mount with { Sharing = (CacheSharing)Choice(s_sharings, value, "sharing value", lines) },
                "mode" => mount with { Mode = Octal(value) ?? throw new DockerfileException($"invalid value {value} for mode", lines) },
                "uid" => mount with { Uid = Number(key, value, lines) },
                "gid" => mount with { Gid = Number(key, value, lines) },
                "env" => mount with { Variable = value },
                _ => throw new DockerfileException(Suggestion.Append($"unexpected key '{key}' in '{field}'", key, s_keys), lines),
            };
        }

        return Checked(said ? mount : mount with { IsReadOnly = mount.Kind is not (MountKind.Cache or MountKind.Tmpfs) }, lines);
    }

    private static Mount Checked(Mount mount, LineRange lines)
    {
        string name = s_kinds[(int)mount.Kind];
        string? problem = (mount.Kind is MountKind.Secret or MountKind.Ssh or MountKind.Cache, mount) switch
        {
            (false, { Mode: not null }) => $"mode not allowed for \"{name}\" type mounts",
            (false, { Uid: not null }) => $"uid not allowed for \"{name}\" type mounts",
            (false, { Gid: not null }) => $"gid not allowed for \"{name}\" type mounts",
            (_, { Kind: MountKind.Secret, From.Length: > 0 }) => "secret mount should not have a from",
            (_, { Kind: MountKind.Secret, Sharing: not null }) => "secret mount should not define sharing",
            (_, { Kind: MountKind.Secret, Source: "", Target: "", Id: "" }) => "invalid secret mount. one of source, target required",
            (_, { Kind: MountKind.Secret, Source.Length: > 0, Id.Length: > 0 }) => "both source and id can't be set",
            (_, { Sharing: not null, Kind: not MountKind.Cache }) => $"invalid cache sharing set for {name} mount",
            _ => null,
        };
        return problem is null ? mount : throw new DockerfileException(problem, lines);
    }

    private static (string Key, string? Value) Split(string field)
    {
        int equals = field.IndexOf('=');
        return equals < 0 ? (field.ToLowerInvariant(), null) : (field[..equals].ToLowerInvariant(), field[(equals + 1)..]);
    }

    private static bool HasClient(Mount mount) => mount.Kind is MountKind.Secret or MountKind.Ssh;

    private static bool Unexpected(string key, Mount mount, LineRange lines) => throw new DockerfileException($"unexpected key '{key}' for mount type '{s_kinds[(int)mount.Kind]}'", lines);

    private static int Choice(string[] choices, string value, string what, LineRange lines)
    {
        int index = Array.IndexOf(choices, value.ToLowerInvariant());
        return index >= 0 ? index : throw new DockerfileException(Suggestion.Append($"unsupported {what} \"{value}\"", value, choices), lines);
    }

    private static bool Bool(string key, string value, LineRange lines) => Booleans.TryParse(value, out bool result) ? result : throw new DockerfileException($"invalid value for {key}: {value}", lines);

    private static uint Number(string key, string value, LineRange lines) =>
        uint.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out uint number) ? number : throw new DockerfileException($"invalid value {value} for {key}", lines);

    private static uint? Octal(string value)
    {
        uint mode = 0;
        foreach (char c in value)
        {
            if (c is < '0' or > '7' || mode > uint.MaxValue >> 3)
            {
                return null;
            }

            mode = (mode << 3) | (uint)(c - '0');
        }

        return value.Length == 0 ? null : mode;
    }
}
