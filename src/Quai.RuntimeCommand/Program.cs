using Quai.Errors;
using Quai.Linux;

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
        catch (Exception e) when (e is QuaiException or LinuxException)
        {
            ErrorReport.Write(e.Message);
            return 1;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            ErrorReport.Write(e.Message);
            return 1;
        }
#pragma warning disable CA1031 // The last guard: an internal error is reported in a sentence, and never aborts with a core file.
        catch (Exception e)
        {
            ErrorReport.Write($"internal error: {e.GetType().Name}: {e.Message}");
            return 1;
        }
#pragma warning restore CA1031
    }
}
