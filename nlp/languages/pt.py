"""Portuguese, of Portugal, Brazil, Angola and Mozambique."""

from nlp.languages import Language, weights, word_set

_STOP = word_set("""
a à ainda algo alguém algum alguma alguns ali ante antes ao aos apenas aquela aquele aqueles aqui
as às assim até através bem cada casa com como contra cuja cujo da dão daquele das de dela dele
deles depois desde desse deste deu deve devem dia dias disse disseram do dos durante e é ela elas
ele eles em entre então era eram essa essas esse esses esta está estão estar estas estava estavam
este estes estou eu faz fazem fazer fez foi for foram fui há hoje hora horas isso isto já lá lhe
lhes lo logo mais mas me mediante menos mês meses mesma mesmo meu meus mim minha minhas muita
muitas muito muitos na nada não nas nem nenhum nenhuma no nos nós nossa nossas nosso nossos num
numa nunca o onde ontem os ou outra outras outro outros para pela pelas pelo pelos per perante
pode podem pois por porque pouco qual quais qualquer quando quanto que quê quem quer se seja sem
sempre sendo senhor senhora ser será seu seus si sido só sob sobre sua suas tal também tanto tão
te tem têm temos ter teve tinha tinham toda todas todo todos tu tua tudo um uma umas uns vai vamos
vão várias vários vez vezes você vocês ano anos semana semanas dois duas três quatro cinco seis
sete oito nove dez cem mil milhão milhões real reais euro euros kwanza kwanzas metical meticais
dólar dólares
""")

_SHARED = word_set("""
suborno subornos corrupção corrupto corruptos propina propinas gasosa gorjeta pagar pago paguei
pagou pagamos pagamento dinheiro valor quantia pedir pede pedem pediu pediram exige exigem exigiu
exigiram cobrar cobra cobram cobrou oficial oficiais funcionário funcionários agente agentes
escritório serviço serviços denúncia denúncias queixa reclamação caso problema problemas pessoa
pessoas trabalho ilegal chefe
""")

_COMPLAINT = word_set("""
suborno subornos corrupção corrupto corruptos propina propinas gasosa extorsão extorquir extorquem
exige exigem exigiu ameaça ameaçou ameaçam assédio fraude fraudes contrabando alfândega alfândegas
alfandegário aduaneiro aduaneira despachante despacho declaração contentor contentores contêiner
contêineres mercadoria mercadorias carga apreendida apreendido apreensão retido retida retêm multa
multas recibo fiscal fiscais inspetor inspetores polícia policial policiais guarda fronteira porto
terminal armazém licença alvará certidão passaporte visto imposto impostos taxa taxas direitos
subfaturamento fatura faturas processo demora demorou assinatura assinar denúncia queixa abuso
injusto favoritismo nepotismo licitação concurso contrato nomeação transferência caminhão camião
caminhões motorista cúmplice represália pagar paguei dinheiro pedem pediu cobram importador
exportador comerciante comerciantes balcão
""")

_SHOP = weights("""
1: código promocional, frete grátis, clique aqui, visite nosso site, visite o nosso site
1: oferta de empréstimo, amarração amorosa, orçamento grátis, olá mundo, isto é um teste
0.9: compre agora, compre online, oferta especial, perder peso, empréstimo rápido
0.9: ganhe dinheiro, trabalhe em casa, tarot, marketing digital, criação de sites, siga nos
0.9: foi selecionado, clientes satisfeitos, oferta limitada
0.8: cupom, cupons, melhor preço, melhores preços, emagrecer
0.7: ganhar dinheiro, invista, inscreva se, feito à mão, cigarro eletrônico, caro amigo
0.6: descontos, à venda, empréstimo pessoal, bitcoin, forex, cassino, casino
0.6: nossos serviços, sem exame, sem risco
0.5: baratos, ofertas, promoção, suplemento, oferecemos, alta qualidade, parabéns
0.4: desconto, barato, hotéis, sapatos, relógios
""")

_COMPLAINTS = (
    "O fiscal pediu dinheiro antes de assinar o desembaraço.",
    "Tive de pagar propina para liberar o contêiner.",
    "O processo fica parado enquanto não se paga.",
    "A alfândega cobra taxas sem recibo.",
    "Na fronteira pedem gasosa aos motoristas.",
    "O despachante combina com o verificador para baixar o valor.",
    "Ameaça de multa se não pagarmos.",
    "Corrupção no posto da fronteira.",
)

_ADVERTS = (
    "Compre online pelo melhor preço com frete grátis.",
    "Cupons de desconto para as suas lojas favoritas.",
    "Emagreça rápido com nossas cápsulas naturais.",
    "Empréstimo pessoal rápido e sem burocracia.",
    "Ganhe dinheiro em casa investindo em bitcoin.",
    "Agência de marketing digital e criação de sites.",
    "Sapatos de couro feitos à mão, edição limitada.",
    "Hotéis e pacotes turísticos baratos, reserve hoje.",
)

LANGUAGE = Language(
    tag="pt",
    stop=_STOP,
    shared=_SHARED,
    complaint=_COMPLAINT,
    shop=_SHOP,
    complaints=_COMPLAINTS,
    adverts=_ADVERTS,
)
