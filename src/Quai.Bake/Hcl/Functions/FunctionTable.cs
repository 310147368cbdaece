using Quai.Bake.Hcl.Expressions;
using Quai.Bake.Hcl.Functions.Collections;
using Quai.Bake.Hcl.Functions.Strings;
using Quai.Bake.Values;

namespace Quai.Bake.Hcl.Functions;

/// <summary>Functions by name.</summary>
internal sealed class FunctionTable
{
    private readonly Dictionary<string, Function> _functions = new(StringComparer.Ordinal);

    /// <summary>All functions that bake files can call.</summary>
    public static FunctionTable Standard(IReadOnlyDictionary<string, string> environment, TimeProvider clock)
    {
        FunctionTable table = new();
        NumberFunctions.AddTo(table);
        StringFunctions.AddTo(table);
        PatternFunctions.AddTo(table);
        FormatFunctions.AddTo(table);
        ListFunctions.AddTo(table);
        MapFunctions.AddTo(table);
        SetFunctions.AddTo(table);
        EncodingFunctions.AddTo(table);
        HashFunctions.AddTo(table);
        AddressFunctions.AddTo(table);
        TimeFunctions.AddTo(table, clock);
        HostFunctions.AddTo(table, environment);
        TypeFunctions.AddTo(table);
        return table;
    }

    /// <summary>The functions.</summary>
    public IReadOnlyDictionary<string, Function> All => _functions;

    /// <summary>Adds a function.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="parameters">Its parameters, such as <c>str:string list:any? ...rest:number</c>; a question mark allows null.</param>
    /// <param name="body">What it does.</param>
    public void Add(string name, string parameters, Func<Value[], Value> body) => Add(name, parameters, (arguments, _) => body(arguments));

    /// <inheritdoc cref="Add(string, string, Func{Value[], Value})"/>
    public void Add(string name, string parameters, Func<Value[], Scope, Value> body)
    {
        List<Parameter> all = [];
        Parameter? variadic = null;
        foreach (string parameter in parameters.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] parts = parameter.TrimStart('.').TrimEnd('?').Split(':');
            Parameter one = new(parts[0], TypeNamed(parts[1]), parameter.EndsWith('?'));
            if (parameter.StartsWith("...", StringComparison.Ordinal))
            {
                variadic = one;
            }
            else
            {
                all.Add(one);
            }
        }

        _functions[name] = new(all, variadic, body);
    }

    /// <summary>Adds a function of expressions.</summary>
    public void AddSpecial(string name, Func<CallExpression, Scope, Diagnostics, Value> body) =>
        _functions[name] = new([], new("expressions", HclType.Dynamic), (_, _) => Value.Unknown) { Special = body };

    private static HclType TypeNamed(string name) => name switch
    {
        "string" => HclType.String,
        "number" => HclType.Number,
        "bool" => HclType.Bool,
        "strings" => HclType.List(HclType.String),
        "list" => HclType.List(HclType.Dynamic),
        "set" => HclType.Set(HclType.Dynamic),
        _ => HclType.Dynamic,
    };
}
