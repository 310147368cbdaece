using System.Text.Json;
using Microsoft.Win32.SafeHandles;
using Quai.Errors;
using Quai.Oci.Runtime;

namespace Quai.RuntimeCommand;

/// <summary>The JSON documents that callers provide: a bundle's config, a process, limits.</summary>
internal static class Documents
{
    /// <summary>Reads a bundle's config.</summary>
    /// <exception cref="QuaiException">There is none, or it is not valid.</exception>
    public static RuntimeSpec Config(string bundle)
    {
        string path = Path.Combine(bundle, "config.json");
        return File.Exists(path) ? ConfigFile(path) : throw QuaiException.NotFound($"the bundle {bundle} has no config.json");
    }

    /// <summary>Reads a config by its file.</summary>
    /// <exception cref="QuaiException">There is none, or it is not valid.</exception>
    public static RuntimeSpec ConfigFile(string path)
    {
        RuntimeSpec spec = Read(path, "runtime config", bytes => RuntimeSpecReader.ReadSpec(bytes));
        return spec.Root is null ? throw QuaiException.Invalid($"{path} names no root") : spec;
    }

    /// <summary>Reads a process to be executed.</summary>
    /// <exception cref="QuaiException">There is none, or it is not valid.</exception>
    public static Process Process(string path) => Read(path, "process", bytes => RuntimeSpecReader.ReadProcess(bytes));

    /// <summary>Reads limits.</summary>
    /// <param name="path">The file; - for stdin.</param>
    /// <exception cref="QuaiException">There is none, or it is not valid.</exception>
    public static Resources Resources(string path) => Read(path, "document of resources", bytes => RuntimeSpecReader.ReadResources(bytes));

    private static T Read<T>(string path, string what, Func<byte[], T> parse)
    {
        try
        {
            return parse(BytesOf(path));
        }
        catch (JsonException e)
        {
            throw QuaiException.Invalid($"{path} is not a {what}: {(e.LineNumber is { } line ? $"not valid JSON at line {line + 1}, byte {e.BytePositionInLine + 1}" : e.Message)}", e);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw QuaiException.NotFound($"open {path}: no such file or directory", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw QuaiException.Invalid($"read {path}: {(Directory.Exists(path) ? "is a directory" : "not readable")}", e);
        }
    }

    private static byte[] BytesOf(string path)
    {
        if (path != "-")
        {
            return File.ReadAllBytes(path);
        }

        using FileStream input = new(new SafeFileHandle(0, ownsHandle: false), FileAccess.Read);
        using MemoryStream document = new();
        input.CopyTo(document);
        return document.ToArray();
    }
}
