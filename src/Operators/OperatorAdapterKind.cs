using Microsoft.Extensions.Configuration;
using QodOrleans.Core.Operators;

namespace QodOrleans.Operators;

/// <summary>A kind of southbound interface, by the name that <see cref="OperatorOptions.Adapter"/> calls it. One kind can serve many operators.</summary>
/// <param name="Create">Called once for each operator of this kind, when the host starts. The adapter is wrapped and, where it is
/// disposable, disposed for it.</param>
public sealed record OperatorAdapterKind(string Name, Func<OperatorAdapterContext, IOperatorAdapter> Create);

/// <summary>What an adapter is made from.</summary>
/// <param name="Settings">The operator's entry in <c>Qod:Operators</c>: an adapter binds its own section of it, for example
/// <c>context.Settings.GetSection("Acme").Get&lt;AcmeOptions&gt;()</c>.</param>
public sealed record OperatorAdapterContext(OperatorId Id, IConfiguration Settings, IServiceProvider Services);
