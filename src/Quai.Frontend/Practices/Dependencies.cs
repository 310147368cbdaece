using Quai.Frontend.Practices.Scripts;

namespace Quai.Frontend.Practices;

/// <summary>A command that installs what lists of dependencies name.</summary>
/// <param name="Command">The command, in short.</param>
/// <param name="Files">The lists, as they would be copied.</param>
internal sealed record Dependencies(string Command, string Files)
{
    /// <summary>What a command installs; null for any other.</summary>
    public static Dependencies? Of(ShellCommand command) => (command.Program, command.Operands) switch
    {
        ("npm", ["ci" or "clean-install", ..]) => new("npm ci", "package.json package-lock.json"),
        ("npm", ["install" or "i"]) when !command.HasLetter('g') && !command.Has("--global") => new("npm install", "package.json package-lock.json"),
        ("yarn", [] or ["install"]) when !command.Has("--version") => new("yarn install", "package.json yarn.lock"),
        ("pnpm", ["install" or "i"]) => new("pnpm install", "package.json pnpm-lock.yaml"),
        ("pip" or "pip3", ["install", ..]) when Requirements(command) is { } file => new($"pip install -r {file}", file),
        ("poetry", ["install", ..]) => new("poetry install", "pyproject.toml poetry.lock"),
        ("pipenv", ["install" or "sync"]) => new("pipenv install", "Pipfile Pipfile.lock"),
        ("uv", ["sync"]) => new("uv sync", "pyproject.toml uv.lock"),
        ("go", ["mod", "download", ..]) => new("go mod download", "go.mod go.sum"),
        ("cargo", ["fetch"]) => new("cargo fetch", "Cargo.toml Cargo.lock"),
        ("composer", ["install", ..]) => new("composer install", "composer.json composer.lock"),
        ("bundle" or "bundler", ["install", ..]) => new("bundle install", "Gemfile Gemfile.lock"),
        _ => null,
    };

    private static string? Requirements(ShellCommand command)
    {
        List<string> arguments = [.. command.Arguments];
        int at = arguments.FindIndex(a => a is "-r" or "--requirement");
        return at >= 0 && at + 1 < arguments.Count ? arguments[at + 1]
            : arguments.Find(a => a.StartsWith("-r", StringComparison.Ordinal) && a.Length > 2)?[2..]
            ?? arguments.Find(a => a.StartsWith("--requirement=", StringComparison.Ordinal))?["--requirement=".Length..];
    }
}
