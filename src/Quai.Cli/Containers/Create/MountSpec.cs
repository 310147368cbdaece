using Quai.Api.Containers;
using Quai.Cli.CommandLine;

namespace Quai.Cli.Containers.Create;

/// <summary>One <c>--mount type=…,source=…,target=…</c>.</summary>
internal sealed class MountSpec
{
    private readonly Dictionary<string, string> _labels = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _driverOptions = new(StringComparer.Ordinal);
    private string _type = "volume";
    private string _source = "";
    private string _target = "";
    private bool _readOnly;
    private string _consistency = "";
    private string _propagation = "";
    private bool? _nonRecursive;
    private string _recursive = "";
    private bool? _noCopy;
    private string _driver = "";
    private string _subpath = "";
    private string _imageSubpath = "";
    private string _idMap = "";
    private long? _tmpfsSize;
    private uint? _tmpfsMode;

    /// <summary>Parses one.</summary>
    /// <exception cref="FlagValueException">It is malformed.</exception>
    public static MountSpec Parse(string text)
    {
        var mount = new MountSpec();
        foreach (string field in Fields(text))
        {
            mount.Take(field);
        }

        mount.Check();
        return mount;
    }

    /// <summary>The mount for the API.</summary>
    public MountRequest ToRequest() => new()
    {
        Type = _type,
        Source = _source.Length > 0 ? _source : null,
        Target = _target,
        ReadOnly = _readOnly,
        Consistency = _consistency.Length > 0 ? _consistency : null,
        BindOptions = Bind(),
        VolumeOptions = Volume(),
        TmpfsOptions = _tmpfsSize is null && _tmpfsMode is null ? null : new TmpfsOptions { SizeBytes = _tmpfsSize ?? 0, Mode = _tmpfsMode ?? 0 },
        ImageOptions = _imageSubpath.Length == 0 ? null : new ImageOptions { Subpath = _imageSubpath },
    };

    private BindOptions? Bind() => _propagation.Length == 0 && _nonRecursive is null && _recursive.Length == 0 && _idMap.Length == 0 ? null : new BindOptions
    {
        Propagation = _propagation.Length > 0 ? _propagation : null,
        NonRecursive = _nonRecursive == true || _recursive == "disabled",
        ReadOnlyNonRecursive = _recursive == "writable",
        ReadOnlyForceRecursive = _recursive == "readonly",
        IdMap = _idMap.Length > 0 ? _idMap : null,
    };

    private VolumeOptions? Volume() =>
        _noCopy is null && _labels.Count == 0 && _driver.Length == 0 && _driverOptions.Count == 0 && _subpath.Length == 0 ? null : new VolumeOptions
        {
            NoCopy = _noCopy == true,
            Labels = _labels.Count > 0 ? _labels : null,
            Subpath = _subpath.Length > 0 ? _subpath : null,
            DriverConfig = _driver.Length == 0 && _driverOptions.Count == 0 ? null
                : new DriverConfig { Name = _driver, Options = _driverOptions.Count > 0 ? _driverOptions : null },
        };

    private void Take(string field)
    {
        int equals = field.IndexOf('=', StringComparison.Ordinal);
        string key = (equals < 0 ? field : field[..equals]).ToLowerInvariant();
        string? value = equals < 0 ? null : field[(equals + 1)..];
        if (key is "readonly" or "ro" or "volume-nocopy" or "bind-nonrecursive")
        {
            bool on = value is null || Switch(key, value);
            if (key is "readonly" or "ro")
            {
                _readOnly = on;
            }
            else if (key == "volume-nocopy")
            {
                _noCopy = on;
            }
            else
            {
                _nonRecursive = on;
            }

            return;
        }

        if (value is null)
        {
            throw new FlagValueException($"invalid field '{field}' must be a key=value pair");
        }

        switch (key)
        {
            case "type": _type = value.ToLowerInvariant(); break;
            case "source" or "src":
                bool relative = value == "." || value.StartsWith("./", StringComparison.Ordinal) || value.StartsWith("../", StringComparison.Ordinal);
                _source = relative ? System.IO.Path.GetFullPath(value) : value;
                break;
            case "target" or "dst" or "destination": _target = value; break;
            case "consistency": _consistency = value.ToLowerInvariant(); break;
            case "bind-propagation": _propagation = value.ToLowerInvariant(); break;
            case "bind-recursive":
                _recursive = value is "enabled" or "disabled" or "writable" or "readonly"
                    ? value
                    : throw new FlagValueException($"invalid value for bind-recursive: {value} (must be \"enabled\", \"disabled\", \"writable\", or \"readonly\")");
                break;
            case "volume-subpath": _subpath = value; break;
            case "idmap": _idMap = value; break;
            case "image-subpath": _imageSubpath = value; break;
            case "volume-driver": _driver = value; break;
            case "volume-label": Add(_labels, value); break;
            case "volume-opt": Add(_driverOptions, value); break;
            case "tmpfs-size":
                try
                {
                    _tmpfsSize = FlagValues.Bytes(value);
                }
                catch (FlagValueException)
                {
                    throw new FlagValueException($"invalid value for {key}: {value}");
                }

                break;
            case "tmpfs-mode":
                try
                {
                    _tmpfsMode = Convert.ToUInt32(value, 8);
                }
                catch (Exception error) when (error is FormatException or OverflowException or ArgumentException)
                {
                    throw new FlagValueException($"invalid value for {key}: {value}");
                }

                break;
            default: throw new FlagValueException($"unexpected key '{key}' in '{field}'");
        }
    }

    private void Check()
    {
        if (_type.Length == 0)
        {
            throw new FlagValueException("type is required");
        }

        if (_target.Length == 0)
        {
            throw new FlagValueException("target is required");
        }

        if (_type != "volume" && (_noCopy is not null || _labels.Count > 0 || _driver.Length > 0 || _driverOptions.Count > 0 || _subpath.Length > 0))
        {
            throw new FlagValueException($"cannot mix 'volume-*' options with mount type '{_type}'");
        }

        if (_type != "bind" && (_propagation.Length > 0 || _nonRecursive is not null || _recursive.Length > 0))
        {
            throw new FlagValueException($"cannot mix 'bind-*' options with mount type '{_type}'");
        }

        if (_type != "bind" && _idMap.Length > 0)
        {
            throw new FlagValueException($"cannot mix 'idmap' with mount type '{_type}'");
        }

        if (_type != "image" && _imageSubpath.Length > 0)
        {
            throw new FlagValueException($"cannot mix 'image-*' options with mount type '{_type}'");
        }

        if (_recursive is "writable" or "readonly" && !_readOnly)
        {
            throw new FlagValueException($"option 'bind-recursive={_recursive}' requires 'readonly' to be specified in conjunction");
        }

        if (_recursive == "readonly" && _propagation != "rprivate")
        {
            throw new FlagValueException("option 'bind-recursive=readonly' requires 'bind-propagation=rprivate' to be specified in conjunction");
        }

        if (_type != "tmpfs" && (_tmpfsSize is not null || _tmpfsMode is not null))
        {
            throw new FlagValueException($"cannot mix 'tmpfs-*' options with mount type '{_type}'");
        }
    }

    private static bool Switch(string key, string value)
    {
        try
        {
            return FlagValues.Bool(value);
        }
        catch (FlagValueException)
        {
            throw new FlagValueException($"invalid value for {key}: {value}");
        }
    }

    private static void Add(Dictionary<string, string> map, string pair)
    {
        int equals = pair.IndexOf('=', StringComparison.Ordinal);
        map[equals < 0 ? pair : pair[..equals]] = equals < 0 ? "" : pair[(equals + 1)..];
    }

    /// <summary>Splits at commas outside quotes, as in a CSV line.</summary>
    private static List<string> Fields(string text)
    {
        var fields = new List<string>();
        var field = new System.Text.StringBuilder();
        bool quoted = false;
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (quoted)
            {
                if (c != '"')
                {
                    field.Append(c);
                }
                else if (i + 1 < text.Length && text[i + 1] == '"')
                {
                    field.Append('"');
                    i++;
                }
                else
                {
                    quoted = false;
                }
            }
            else if (c == '"' && field.Length == 0)
            {
                quoted = true;
            }
            else if (c == ',')
            {
                fields.Add(field.ToString());
                field.Clear();
            }
            else
            {
                field.Append(c);
            }
        }

        fields.Add(field.ToString());
        return fields;
    }
}
