using Quai.Errors;

namespace Quai.RuntimeCommand;

/// <summary>The OCI runtime command: runc's verbs and flags over the library that the shim runs.</summary>
internal static class Program
{
    private static int Main(string[] arguments)
    {
        try
        {
            return Dispatch.Run(arguments);
        }
        catch (QuaiException e)
        {
            StandardStreams.Error("quai-runtime: " + e.Message);
            return 1;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException or System.Text.Json.JsonException)
        {
            StandardStreams.Error("quai-runtime: " + e.Message);
            return 1;
        }
    }
}
