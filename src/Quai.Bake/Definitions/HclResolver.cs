using Quai.Bake.Hcl;
using Quai.Bake.Hcl.Expressions;
using Quai.Bake.Hcl.Functions;
using Quai.Bake.Values;

namespace Quai.Bake.Definitions;

/// <summary>
/// Resolves what HCL files say: variables, functions, groups and targets, each when something refers to it, in whatever order they stand.
/// </summary>
internal sealed partial class HclResolver
{
    private static readonly string[] s_blockTypes = ["group", "target"], s_allBlockTypes = ["group", "target", "variable", "function"];

    private readonly IReadOnlyList<Body> _bodies;
    private readonly BakeOptions _options;
    private readonly Dictionary<string, string> _builtIn;
    private readonly Definition _definition;
    private readonly Scope _scope = new();
    private readonly Dictionary<string, HclAttribute> _attributes = [];

    /// <param name="bodies">The files' contents.</param>
    /// <param name="options">The environment.</param>
    /// <param name="definition">What other files say already; the result is added to it.</param>
    public HclResolver(IReadOnlyList<Body> bodies, BakeOptions options, Definition definition)
    {
        (_bodies, _options, _definition) = (bodies, options, definition);
        _builtIn = new()
        {
            ["BAKE_CMD_CONTEXT"] = options.CommandContext,
            ["BAKE_LOCAL_PLATFORM"] = options.LocalPlatform,
        };
        foreach ((string name, Function function) in FunctionTable.Standard(options.Environment, options.Clock).All)
        {
            _scope.Functions[name] = function;
        }
    }

    /// <summary>Resolves everything.</summary>
    /// <exception cref="BakeException">Something is wrong.</exception>
    public void Resolve()
    {
        ReadVariables();
        ReadFunctions();
        foreach (HclAttribute attribute in _bodies.SelectMany(body => body.Attributes(s_allBlockTypes)))
        {
            if (!IsReserved(attribute.Name) && attribute.Name != "function")
            {
                _attributes[attribute.Name] = attribute;
            }
        }

        foreach (string name in _builtIn.Keys)
        {
            ResolveValue(_scope, name);
        }

        ResolveVariables();
        ResolveFunctions();
        ResolveBlocks();
        foreach (HclAttribute attribute in _attributes.Values)
        {
            AsDiagnostic("Invalid attribute", attribute.Range, () => ResolveValue(_scope, attribute.Name));
        }
    }

    private bool IsReserved(string name) => name is "group" or "target" || _builtIn.ContainsKey(name);

    /// <summary>Has errors without a place be errors of this place.</summary>
    private static void AsDiagnostic(string summary, SourceRange range, Action action)
    {
        try
        {
            action();
        }
        catch (Exception e) when (e is ReferenceException or UndefinedException)
        {
            throw Diagnostics.Error(summary, e.Message, range);
        }
    }

    /// <summary>Resolves all that an expression refers to.</summary>
    /// <param name="scope">Where the expression stands.</param>
    /// <param name="expression">The expression.</param>
    /// <param name="local">Names that it defines.</param>
    /// <param name="allowsMissing">Whether what does not exist is left to the evaluation.</param>
    private void LoadReferences(Scope scope, Expression expression, IReadOnlySet<string>? local, bool allowsMissing)
    {
        scope.Charge(1);
        References references = References.Of(expression);
        foreach (string name in references.Functions)
        {
            Load(() => ResolveFunction(name));
        }

        foreach (Traversal variable in references.Variables.Where(variable => local?.Contains(variable.Root) != true))
        {
            if (_blocksAreKnown && s_blockTypes.Contains(variable.Root))
            {
                LoadBlocks(variable, expression, Load);
            }
            else
            {
                Load(() => ResolveValue(scope, variable.Root));
            }
        }

        void Load(Action action)
        {
            try
            {
                action();
            }
            catch (UndefinedException) when (allowsMissing)
            {
                // The evaluation says it with the place where the name stands.
            }
            catch (Exception e) when (e is ReferenceException or UndefinedException)
            {
                throw Diagnostics.Error("Invalid expression", e.Message, expression.Range);
            }
        }
    }

    private void LoadBlocks(Traversal variable, Expression expression, Action<Action> load)
    {
        string type = variable.Root;
        if (variable.Steps.Count == 0)
        {
            throw Diagnostics.Error("Invalid expression", $"cannot access {type} as a variable", expression.Range);
        }

        if (variable.Steps[0].Name is not { } name)
        {
            throw Diagnostics.Error("Invalid expression", $"cannot traverse {type} without attribute", expression.Range);
        }

        string? attribute = variable.Steps.Count > 1 ? variable.Steps[1].Name : null;
        foreach (BlockState block in _blocks.Where(block => block.Block.Type == type && block.Names?.Contains(name) == true).ToList())
        {
            load(() => ResolveBlock(block, attribute));
        }

        PublishBlocks(type);
    }
}
