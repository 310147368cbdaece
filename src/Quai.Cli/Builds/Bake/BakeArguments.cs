using Quai.Cli.Builds.Contexts;

namespace Quai.Cli.Builds.Bake;

/// <summary>What <c>quai bake</c> is given: <c>[ADDRESS [CONTEXT]] [TARGET...]</c>.</summary>
/// <param name="Address">The address of the definition; empty where it is this machine's.</param>
/// <param name="CommandContext">The value of <c>BAKE_CMD_CONTEXT</c>.</param>
/// <param name="Targets">What is built.</param>
internal sealed record BakeArguments(string Address, string CommandContext, IReadOnlyList<string> Targets)
{
    private const string Here = "cwd://";

    /// <summary>Reads them.</summary>
    public static BakeArguments Parse(IReadOnlyList<string> arguments) =>
        arguments.TakeWhile(RemoteAddress.Is).Take(2).ToArray() switch
        {
            [var address, var context] => new BakeArguments(address, context, [.. arguments.Skip(2)]),
            [var address] => new BakeArguments(address, Here, [.. arguments.Skip(1)]),
            _ => new BakeArguments("", Here, arguments),
        };
}
