using System.Globalization;
using Quai.Dockerfiles.Instructions.Steps;
using Quai.Errors;

namespace Quai.Dockerfiles.Instructions.Reading;

/// <summary>Reads the value of a <c>--mount</c>: <c>type=cache,target=/root/.cache</c>.</summary>
/// <param name="lines">Where it is.</param>
internal sealed class MountReader(LineRange lines)
{
    private static readonly string[] s_kinds = ["bind", "cache", "tmpfs", "secret", "ssh"];

    private static readonly string[] s_keys =
    [
        "type", "from", "source", "target", "readonly", "id", "sharing", "required", "size", "mode", "uid", "gid", "src", "dst", "destination", "ro", "rw", "readwrite", "env",
    ];

    private RunMount _mount = new();
    private bool? _readOnly;

    /// <summary>What a mount is of, which must be known before variables have values.</summary>
    public string ReadFrom(string text)
    {
        string from = "";
        foreach (string field in Fields(text))
        {
            int equals = field.IndexOf('=');
            if (equals < 0 || !field.AsSpan(0, equals).Equals("from", StringComparison.OrdinalIgnoreCase))
            {
                continue;
            }

            from = field[(equals + 1)..];
            int variable = from.IndexOf('$');
            if (variable >= 0 && variable < from.Length - 1)
            {
                throw Wrong("'from' doesn't support variable expansion, define alias stage instead");
            }
        }

        return from;
    }

    /// <summary>Reads all of it.</summary>
    public RunMount Read(string text, Func<string, string> expand)
    {
        (_mount, _readOnly) = (new RunMount(), null);
        foreach (string field in Fields(text))
        {
            int equals = field.IndexOf('=');
            string key = (equals < 0 ? field : field[..equals]).ToLowerInvariant();
            if (equals < 0)
            {
                Flag(key, field);
            }
            else
            {
                Pair(key, Expanded(field[(equals + 1)..], expand), field);
            }
        }

        Check();
        return _mount with { IsReadOnly = _readOnly ?? _mount.Kind is not (MountKind.Cache or MountKind.Tmpfs) };
    }

    private void Flag(string key, string field)
    {
        switch (key)
        {
            case "readonly" or "ro":
                _readOnly = true;
                break;
            case "readwrite" or "rw":
                _readOnly = false;
                break;
            case "required":
                _mount = _mount.Kind is MountKind.Secret or MountKind.Ssh ? _mount with { IsRequired = true } : throw Unexpected(key);
                break;
            default:
                throw Wrong($"invalid field '{field}' must be a key=value pair");
        }
    }

    private void Pair(string key, string value, string field)
    {
        switch (key)
        {
            case "readonly" or "ro":
                _readOnly = Boolean(key, value);
                break;
            case "readwrite" or "rw":
                _readOnly = !Boolean(key, value);
                break;
            default:
                _mount = key switch
                {
                    "type" => _mount with { Kind = Kind(value) },
                    "from" => _mount with { From = value },
                    "source" or "src" => _mount with { Source = value },
                    "target" or "dst" or "destination" => _mount with { Target = value },
                    "id" => _mount with { Id = value },
                    "env" => _mount with { Variable = value },
                    "required" => _mount.Kind is MountKind.Secret or MountKind.Ssh ? _mount with { IsRequired = Boolean(key, value) } : throw Unexpected(key),
                    "size" => _mount.Kind == MountKind.Tmpfs ? _mount with { Size = Size(value) } : throw Unexpected(key),
                    "sharing" => value.ToLowerInvariant() is "shared" or "private" or "locked" ? _mount with { Sharing = value.ToLowerInvariant() }
                        : throw Wrong(NearestWord.Suggest($"unsupported sharing value \"{value}\"", value, ["shared", "private", "locked"])),
                    "mode" => _mount with { Mode = Octal(value) },
                    "uid" => _mount with { Uid = Number(key, value) },
                    "gid" => _mount with { Gid = Number(key, value) },
                    _ => throw Wrong(NearestWord.Suggest($"unexpected key '{key}' in '{field}'", key, s_keys)),
                };
                break;
        }
    }

    private void Check()
    {
        string kind = s_kinds[(int)_mount.Kind];
        if (_mount.Kind is MountKind.Bind or MountKind.Tmpfs)
        {
            string? wrong = _mount.Mode is not null ? "mode" : _mount.Uid is not null ? "uid" : _mount.Gid is not null ? "gid" : null;
            if (wrong is not null)
            {
                throw Wrong($"{wrong} not allowed for \"{kind}\" type mounts");
            }
        }

        if (_mount.Sharing.Length > 0 && _mount.Kind is not (MountKind.Cache or MountKind.Secret))
        {
            throw Wrong($"invalid cache sharing set for {kind} mount");
        }

        if (_mount.Kind == MountKind.Secret)
        {
            string? problem = _mount.From.Length > 0 ? "secret mount should not have a from"
                : _mount.Sharing.Length > 0 ? "secret mount should not define sharing"
                : _mount is { Source: "", Target: "", Id: "" } ? "invalid secret mount. one of source, target required"
                : _mount.Source.Length > 0 && _mount.Id.Length > 0 ? "both source and id can't be set"
                : null;
            if (problem is not null)
            {
                throw Wrong(problem);
            }
        }
    }

    private MountKind Kind(string value)
    {
        int at = Array.IndexOf(s_kinds, value.ToLowerInvariant());
        return at >= 0 ? (MountKind)at : throw Wrong(NearestWord.Suggest($"unsupported mount type \"{value}\"", value, s_kinds));
    }

    private bool Boolean(string key, string value) => value switch
    {
        "1" or "t" or "T" or "TRUE" or "true" or "True" => true,
        "0" or "f" or "F" or "FALSE" or "false" or "False" => false,
        _ => throw Wrong($"invalid value for {key}: {value}"),
    };

    private long Size(string value) => ByteSize.TryParse(value, out long size) ? size : throw Wrong($"invalid value for size: {value}");

    private uint Number(string key, string value) =>
        uint.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out uint number) ? number : throw Wrong($"invalid value {value} for {key}");

    private uint Octal(string value)
    {
        uint mode = 0;
        foreach (char c in value)
        {
            mode = c is >= '0' and <= '7' && mode < 1u << 29 ? (mode * 8) + (uint)(c - '0') : throw Wrong($"invalid value {value} for mode");
        }

        return value.Length > 0 ? mode : throw Wrong($"invalid value {value} for mode");
    }

    private string Expanded(string value, Func<string, string> expand)
    {
        try
        {
            return expand(value);
        }
        catch (QuaiException e) when (e is not DockerfileException)
        {
            throw new DockerfileException(e.Message, lines, e);
        }
    }

    /// <summary>The fields between commas; one in quotes may have commas.</summary>
    private List<string> Fields(string text)
    {
        List<string> fields = [];
        for (int at = 0; ;)
        {
            if (at < text.Length && text[at] == '"')
            {
                int close = at + 1;
                while (close < text.Length && (text[close] != '"' || (close + 1 < text.Length && text[close + 1] == '"')))
                {
                    close += text[close] == '"' ? 2 : 1;
                }

                if (close >= text.Length || (close + 1 < text.Length && text[close + 1] != ','))
                {
                    throw Wrong("failed to parse csv mounts");
                }

                fields.Add(text[(at + 1)..close].Replace("\"\"", "\"", StringComparison.Ordinal));
                at = close + 1;
            }
            else
            {
                int comma = text.IndexOf(',', at);
                int end = comma < 0 ? text.Length : comma;
                fields.Add(text[at..end]);
                at = end;
            }

            if (at >= text.Length)
            {
                return fields;
            }

            at++;
        }
    }

    private DockerfileException Unexpected(string key) => Wrong($"unexpected key '{key}' for mount type '{s_kinds[(int)_mount.Kind]}'");

    private DockerfileException Wrong(string problem) => new(problem, lines);
}
