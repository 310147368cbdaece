using Quai.Bake.Values;

namespace Quai.Bake.Hcl.Functions;

/// <summary>Functions of who runs the program.</summary>
internal static class HostFunctions
{
    public static void AddTo(FunctionTable table, IReadOnlyDictionary<string, string> environment) =>
        table.Add("homedir", "", _ => Value.String(environment.TryGetValue("HOME", out string? home) && home.Length > 0
            ? home
            : throw new FunctionException("$HOME is not defined")));
}
