"""Spanish, of Spain and of Latin America."""

from nlp.languages import Language, weights, word_set

_STOP = word_set("""
a al algo alguien algún alguna algunas alguno algunos allá allí ambos ante antes aquel aquella
aquellos aquí así aún aunque bajo bastante bien cada casi como cómo con conmigo contra cual cuál
cuales cualquier cuando cuándo cuanto cuánto cuya cuyo da dan dar de debe deben debía decir del
demás desde después dice dicen dicho dijo dijeron dio donde dónde dos durante e el él ella ellas
ello ellos en entonces entre era eran eres es esa esas ese eso esos esta está estaba estaban
estado estamos están estar estas estás este esto estos estoy fue fueron fui ha haber había habían
hace hacen hacer hacia han hasta hay he hemos hizo hoy iba ir junto la las le les lo los luego más
me mediante menos mes meses mi mía mientras mío mis misma mismas mismo mismos mucha muchas mucho
muchos muy nada nadie ni ningún ninguna ninguno no nos nosotros nuestra nuestras nuestro nuestros
nunca o otra otras otro otros para parte pero poca poco pocos podía por porque pude pudo puede
pueden pues que qué quien quién quienes quiere se sea según ser si sí sido siempre siendo sin sino
sobre sólo solo son soy su sus suya suyo tal también tampoco tan tanto te tener tenía ti tiene
tienen toda todas todavía todo todos tras tu tú tus un una unas uno unos usted ustedes va vamos
van varias varios ve veces vez voy y ya yo día días semana semanas año años hora horas ayer señor
señora tres cuatro cinco seis siete ocho nueve diez cien mil millón millones peso pesos dólar
dólares euro euros quetzales soles
""")

_SHARED = word_set("""
soborno sobornos sobornar corrupción corrupto corruptos corrupta coima coimas mordida mordidas
pagar pago pagos pagué pagamos pagado paga dinero plata monto cantidad efectivo pedir pide piden
pidió pidieron exige exigen exigió exigieron cobrar cobra cobran cobró oficial oficiales
funcionario funcionarios agente agentes oficina oficinas denuncia denuncias denunciar queja caso
problema problemas persona personas gente trabajo servicio servicios ilegal jefe jefes
""")

_COMPLAINT = word_set("""
soborno sobornos corrupción corrupto corruptos corrupta coima coimas coimear mordida mordidas
extorsión extorsionar extorsionan extorsionó exige exigen exigió exigieron amenaza amenazó
amenazan amenazaron acoso fraude fraudes contrabando contrabandistas aduana aduanas aduanero
aduaneros aduanal vista aforo declaración pedimento despachante despacho agente contenedor
contenedores mercancía mercadería mercaderías carga decomiso decomisado retenido retenida retienen
retuvieron detenido multa multas sanción recibo inspector inspectores verificador policía policías
frontera puerto terminal almacén bodega licencia permiso certificado pasaporte visa impuesto
impuestos tributos aranceles arancel subvaluación subfacturación factura facturas valor trámite
trámites expediente demora demoran demoró firma firmar funcionario funcionarios denuncia denunciar
queja abuso injusto favoritismo nepotismo licitación contrato puesto nombramiento traslado camión
camiones transportista chofer complicidad cómplice represalias pagar pagué pago piden pidió cobran
cobró dinero importador exportador comerciante comerciantes ventanilla
""")

_SHOP = weights("""
1: código promocional, envío gratis, visita nuestra web, visite nuestro sitio
1: oferta de préstamo, amarres de amor, hola mundo, esto es una prueba
0.9: compra ahora, compre ahora, compra online, haz clic, haga clic, clic aquí
0.9: oferta especial, bajar de peso, perder peso, préstamo rápido, préstamos rápidos
0.9: gana dinero, trabaja desde casa, tarot, posicionamiento web, marketing digital
0.9: agencia digital, suscríbete, síguenos, descarga gratis, garantía de devolución
0.9: ha sido seleccionado, clientes satisfechos, oferta limitada, ganado un premio
0.8: cupones, compra en línea, mejor precio, mejores precios, ganar dinero, vidente
0.8: diseño web, soy una viuda, actúe ahora
0.7: cupón, rebajas, adelgazar, invierte, contáctanos, hecho a mano, hechos a mano
0.7: cigarrillo electrónico, querido amigo
0.6: descuentos, en venta, se vende, suplementos, préstamo personal, bitcoin, forex, casino
0.6: brujo, nuestros servicios, sin examen, sin riesgo, contáctenos
0.5: baratos, ofertas, suplemento, ofrecemos, alta calidad, mudanzas, aprovecha, felicidades
0.4: descuento, barato, hoteles, zapatos, relojes
0.3: comprar, oferta
""")

_COMPLAINTS = (
    "El inspector pidió dinero antes de firmar el levante.",
    "Tuve que pagar una coima para sacar mi contenedor.",
    "El expediente no se mueve mientras no se pague.",
    "La aduana cobra cargos sin recibo.",
    "En el retén piden mordida a los camioneros.",
    "El agente aduanal se arregla con el vista para bajar el valor.",
    "Amenaza de multa si no pagamos.",
    "Corrupción en la oficina de la frontera.",
    "Los puestos del puerto se venden.",
    "Un competidor pasa su mercadería sin control.",
    "Pagué para obtener un certificado.",
    "La policía de tránsito se quedó con el dinero y no dio recibo.",
)

_ADVERTS = (
    "Compra en línea al mejor precio con envío gratis.",
    "Códigos promocionales y cupones de descuento para tus tiendas.",
    "Baja de peso rápido con nuestras pastillas naturales.",
    "Préstamos personales rápidos y sin requisitos.",
    "Gana dinero desde casa invirtiendo en bitcoin.",
    "Amarres de amor y tarot, resultados garantizados, llama ya.",
    "Agencia de marketing digital y diseño de páginas web.",
    "Zapatos de cuero hechos a mano, edición limitada.",
    "Cigarrillo electrónico y recargas al por mayor.",
    "Hoteles y paquetes turísticos baratos, reserva hoy.",
    "Repuestos y accesorios para autos en venta.",
    "Mudanzas profesionales, presupuesto gratis.",
)

LANGUAGE = Language(
    tag="es",
    stop=_STOP,
    shared=_SHARED,
    complaint=_COMPLAINT,
    shop=_SHOP,
    complaints=_COMPLAINTS,
    adverts=_ADVERTS,
)
