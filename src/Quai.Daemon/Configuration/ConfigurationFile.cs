using System.Text.Json;
using Quai.Errors;

namespace Quai.Daemon.Configuration;

/// <summary>Reads daemon.json: the flags' names, plural for lists.</summary>
internal static class ConfigurationFile
{
    private const string Pools = "default-address-pool", NetworkDefaults = "default-network-opt";

    /// <summary>Its default path.</summary>
    public const string DefaultPath = "/etc/quai/daemon.json";

    /// <summary>Reads a file. A missing one counts as empty, unless the user named it.</summary>
    /// <exception cref="QuaiException">It is missing, is not JSON, or has members that are unknown or of a wrong type.</exception>
    public static Settings Read(string path, bool required)
    {
        try
        {
            return Parse(File.ReadAllBytes(path));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException && !required)
        {
            return new Settings();
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw Unable(path, $"open {path}: no such file or directory", e);
        }
        catch (Exception e) when (e is QuaiException or IOException or UnauthorizedAccessException)
        {
            throw Unable(path, e.Message, e);
        }
        catch (InvalidOperationException e)
        {
            throw Unable(path, $"it has text that is no Unicode: {e.Message}", e);
        }
        catch (JsonException e)
        {
            throw Unable(path, $"invalid JSON at line {(e.LineNumber ?? 0) + 1}, column {(e.BytePositionInLine ?? 0) + 1}", e);
        }
    }

    /// <summary>The prefix of every error about a file.</summary>
    public static QuaiException Unable(string path, string reason, Exception? cause = null) =>
        QuaiException.Invalid($"unable to configure the daemon with file {path}: {reason}", cause);

    /// <summary>Parses the text of a file.</summary>
    public static Settings Parse(ReadOnlyMemory<byte> text)
    {
        var settings = new Settings();
        if (text.Span.Trim(" \t\r\n"u8).IsEmpty)
        {
            return settings;
        }

        using JsonDocument document = JsonDocument.Parse(text, new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Disallow });
        if (document.RootElement.ValueKind != JsonValueKind.Object)
        {
            throw QuaiException.Invalid("an object is expected");
        }

        List<string> unknown = [];
        foreach (JsonProperty member in document.RootElement.EnumerateObject())
        {
            if (member.Name == "proxies")
            {
                if (member.Value.ValueKind != JsonValueKind.Object)
                {
                    throw QuaiException.Invalid($"proxies: a value of type {member.Value.ValueKind.ToString().ToLowerInvariant()} is not what it takes");
                }

                foreach (JsonProperty proxy in member.Value.EnumerateObject())
                {
                    Add(settings, Flags.Table.Find(proxy.Name) ?? throw QuaiException.Invalid($"the following directives don't match any configuration option: proxies.{proxy.Name}"), proxy.Value);
                }
            }
            else if (Flags.FindKey(member.Name) is { } flag)
            {
                Add(settings, flag, member.Value);
            }
            else if (member.Name == "builder")
            {
                settings.Builder = BuilderSettings.Read(member.Value);
            }
            else
            {
                unknown.Add(member.Name);
            }
        }

        return unknown.Count == 0 ? settings : throw QuaiException.Invalid("the following directives don't match any configuration option: " + string.Join(", ", unknown.Order(StringComparer.Ordinal)));
    }

    private static void Add(Settings settings, Flag flag, JsonElement value)
    {
        settings.AddEmpty(flag);
        switch (value.ValueKind, flag.Kind)
        {
            case (JsonValueKind.Null, _):
                break;
            case (JsonValueKind.Array, FlagKind.List or FlagKind.Map):
                foreach (JsonElement item in value.EnumerateArray())
                {
                    settings.Add(flag, item.ValueKind == JsonValueKind.String ? item.GetString()! : flag.Name == Pools ? Pool(flag, item) : !flag.HasEffect ? item.GetRawText() : throw WrongType(flag, item));
                }

                break;
            case (JsonValueKind.Object, FlagKind.List) when flag.Name == NetworkDefaults:
                foreach (JsonProperty driver in value.EnumerateObject())
                {
                    foreach (JsonProperty option in driver.Value.ValueKind == JsonValueKind.Object ? driver.Value.EnumerateObject() : throw WrongType(flag, driver.Value))
                    {
                        settings.Add(flag, $"{driver.Name}={option.Name}={(option.Value.ValueKind == JsonValueKind.String ? option.Value.GetString() : throw WrongType(flag, option.Value))}");
                    }
                }

                break;
            case (JsonValueKind.Object, FlagKind.Map):
                foreach (JsonProperty item in value.EnumerateObject())
                {
                    settings.Add(flag, $"{item.Name}={MapValue(flag, item.Value)}");
                }

                break;
            case (JsonValueKind.String, FlagKind.Text):
            case (JsonValueKind.Number, FlagKind.Number):
            case (JsonValueKind.True or JsonValueKind.False, FlagKind.Switch):
            case (JsonValueKind.Number, FlagKind.Text) when flag.Name == "default-shm-size":
                try
                {
                    settings.Add(flag, value.ToString().Replace("True", "true", StringComparison.Ordinal).Replace("False", "false", StringComparison.Ordinal));
                }
                catch (FormatException)
                {
                    throw WrongType(flag, value);
                }

                break;
            default:
                throw WrongType(flag, value);
        }
    }

    private static string Pool(Flag flag, JsonElement pool) =>
        pool.ValueKind == JsonValueKind.Object ? string.Join(',', pool.EnumerateObject().Select(m => $"{m.Name.ToLowerInvariant()}={m.Value}")) : throw WrongType(flag, pool);

    private static string MapValue(Flag flag, JsonElement value) => (flag.Name, value.ValueKind) switch
    {
        ("add-runtime", JsonValueKind.Object) when value.TryGetProperty("path", out JsonElement path) && path.ValueKind is JsonValueKind.String => path.GetString()!,
        ("default-ulimit", JsonValueKind.Object) => $"{Limit(value, "Soft")}:{Limit(value, "Hard")}",
        (_, JsonValueKind.String) => value.GetString()!,
        _ when !flag.HasEffect => value.GetRawText(),
        _ => throw WrongType(flag, value),
    };

    // Go matches members in any case; a limit that is missed would not be enforced.
    private static string Limit(JsonElement ulimit, string name)
    {
        foreach (JsonProperty member in ulimit.EnumerateObject())
        {
            if (member.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return member.Value.ToString();
            }
        }

        return "0";
    }

    private static QuaiException WrongType(Flag flag, JsonElement value) =>
        QuaiException.Invalid($"{flag.FileKey}: a value of type {value.ValueKind.ToString().ToLowerInvariant()} is not what it takes");
}
