using System.Text;
using System.Text.Json;
using Quai.Errors;

namespace Quai.RuntimeCommand;

/// <summary>Reports errors and warnings: to stderr, and to the file of <c>--log</c>, where an engine looks for the reason of a failure.</summary>
internal static class ErrorReport
{
    private static string? s_file;
    private static bool s_json;

    /// <summary>Sets the file.</summary>
    /// <param name="file">The file to append to; null for none.</param>
    /// <param name="format">text or json.</param>
    /// <exception cref="QuaiException">The file cannot be opened, or there is no such format.</exception>
    public static void Open(string? file, string? format)
    {
        s_json = format switch { null or "text" => false, "json" => true, _ => throw QuaiException.Invalid($"unknown log-format \"{format}\"") };
        if (file is null)
        {
            return;
        }

        try
        {
            File.AppendAllBytes(file, []);
            s_file = file;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw QuaiException.Invalid($"the log file {file} cannot be opened", e);
        }
    }

    /// <summary>Reports why a command failed.</summary>
    public static void Write(string message)
    {
        StandardStreams.Error("quai-runtime: " + message);
        Log("error", message);
    }

    /// <summary>Reports what was left out or went wrong without ending the command.</summary>
    public static void Warn(string message)
    {
        StandardStreams.Error("quai-runtime: warning: " + message);
        Log("warning", message);
    }

    private static void Log(string level, string message)
    {
        if (s_file is null)
        {
            return;
        }

        string time = DateTime.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture);
        string text = JsonEncodedText.Encode(message).Value;
        string line = s_json ? $"{{\"level\":\"{level}\",\"msg\":\"{text}\",\"time\":\"{time}\"}}\n" : $"time=\"{time}\" level={level} msg=\"{text}\"\n";
        try
        {
            File.AppendAllBytes(s_file, Encoding.UTF8.GetBytes(line));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            StandardStreams.Error($"quai-runtime: the log file {s_file} cannot be written");
        }
    }
}
